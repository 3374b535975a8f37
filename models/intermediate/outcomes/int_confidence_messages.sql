{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id', 'message_id'],
    slice_through = {
        'int_message_texts': ['message_id', 'int_conversation_messages'],
        'int_message_signals': ['message_id', 'int_conversation_messages'],
    }
) }}

-- Grain: one public message that was known when its conversation closed, of a
-- conversation with a transcript: at least one customer and one agent message
-- with words. Later thanks count while the re-contact window runs, not longer,
-- so that a settled week never moves. Automatic answers are nobody's words.
-- An answer is an agent's message after the customer spoke, courtesies apart.
{%- set window_hours = var('recontact_window_hours') %}

with

conversation_messages as (

    select * from {{ ref('int_conversation_messages') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

message_texts as (

    select * from {{ ref('int_message_texts') }}

),

talk as (

    select
        message_id,
        max(case when signal = 'auto_reply' then 1 else 0 end) as is_automatic,
        max(case when signal = 'only_courtesy' then 1 else 0 end) as is_courtesy

    from {{ ref('int_message_signals') }}

    where signal in ('auto_reply', 'only_courtesy')

    group by 1

),

known_messages as (

    select
        conversation_messages.conversation_id,
        conversation_messages.message_id,
        conversation_messages.author_role,
        conversation_messages.message_number,
        length(message_texts.text) as text_length,
        conversation_messages.author_role <> 'customer' as is_agent,
        coalesce(talk.is_courtesy, 0) = 1 as is_courtesy,
        conversation_messages.is_substantive,
        conversation_messages.is_after_close,
        conversation_messages.sent_at

    from conversation_messages

    inner join conversations
        on
            conversation_messages.conversation_id
            = conversations.conversation_id

    inner join message_texts
        on conversation_messages.message_id = message_texts.message_id

    left join talk
        on conversation_messages.message_id = talk.message_id

    where
        conversation_messages.is_public
        and not conversation_messages.is_auto_reply
        and coalesce(talk.is_automatic, 0) = 0
        and (
            not conversation_messages.is_after_close
            or (
                conversation_messages.author_role = 'customer'
                and not conversation_messages.is_substantive
                and conversation_messages.sent_at
                <= {{ dbt.dateadd(
                    'hour', window_hours, 'conversations.resolved_at'
                ) }}
            )
        )

),

transcripts as (

    select
        conversation_id,
        min(case when not is_agent then message_number end)
            as first_customer_number,
        max(case when is_agent then 1 else 0 end) as has_agent_message

    from known_messages

    where not is_after_close

    group by 1

),

transcript_messages as (

    select
        known_messages.*,
        known_messages.is_agent
        and not known_messages.is_courtesy
        and known_messages.message_number > transcripts.first_customer_number
            as is_answer

    from known_messages

    inner join transcripts
        on known_messages.conversation_id = transcripts.conversation_id

    where
        transcripts.first_customer_number is not null
        and transcripts.has_agent_message = 1

),

confidence_messages as (

    select
        message_id,
        conversation_id,
        author_role,
        message_number,
        min(case when is_answer then message_number end) over (
            partition by conversation_id
        ) as first_answer_number,
        max(case when is_answer then message_number end) over (
            partition by conversation_id
        ) as last_answer_number,
        max(case when not is_agent then message_number end) over (
            partition by conversation_id
        ) as last_customer_number,
        text_length,
        is_answer,
        is_substantive,
        is_after_close,
        sent_at

    from transcript_messages

)

select * from confidence_messages
