{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_conversation_messages'],
    }
) }}

-- Grain: one eligible conversation in which the customer asked for a human.
-- Missed: no handoff, and no human wrote in it at all.

with

conversations as (

    select * from {{ ref('int_conversations') }}

),

conversation_messages as (

    select * from {{ ref('int_conversation_messages') }}

),

message_signals as (

    select * from {{ ref('int_message_signals') }}

),

requests as (

    select
        conversation_messages.conversation_id,
        min(conversation_messages.sent_at) as asked_at

    from conversation_messages

    inner join message_signals
        on conversation_messages.message_id = message_signals.message_id

    where
        conversation_messages.author_role = 'customer'
        and not conversation_messages.is_after_close
        and message_signals.signal = 'asked_for_human'

    group by 1

),

missed_escalations as (

    select
        conversations.conversation_id,
        not conversations.is_handed_to_human
        and not conversations.is_human_handled as is_missed,
        requests.asked_at

    from conversations

    inner join requests
        on conversations.conversation_id = requests.conversation_id

    where conversations.is_eligible

)

select * from missed_escalations
