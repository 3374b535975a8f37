{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one eligible conversation, with the two instants that instructions are
-- measured against: the first AI message, and the end of the product session.
-- The session goes on for a while after the last message; a thank-you after the
-- close does not stretch it, else settled weeks would move.

with

conversations as (

    select * from {{ ref('int_conversations') }}

),

conversation_messages as (

    select * from {{ ref('int_conversation_messages') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

message_times as (

    select
        conversation_id,
        min(
            case when author_role = 'ai_agent' then sent_at end
        ) as first_ai_message_at,
        max(
            case when not is_after_close then sent_at end
        ) as last_message_at

    from conversation_messages

    where
        is_public
        and not is_auto_reply
        and author_role in ('customer', 'ai_agent', 'human_agent')

    group by 1

),

instruction_spells as (

    select
        conversations.conversation_id,
        conversations.customer_id,
        coalesce(conversation_intents.intent_id, 'unclassified')
            as intent_id,
        conversations.is_linkable,
        conversations.is_closed,
        message_times.first_ai_message_at,
        {{ dbt.dateadd(
            'minute',
            var('session_grace_minutes'),
            'message_times.last_message_at'
        ) }} as session_ends_at

    from conversations

    inner join message_times
        on conversations.conversation_id = message_times.conversation_id

    left join conversation_intents
        on
            conversations.conversation_id
            = conversation_intents.conversation_id

    where
        conversations.is_eligible
        and message_times.first_ai_message_at is not null

)

select * from instruction_spells
