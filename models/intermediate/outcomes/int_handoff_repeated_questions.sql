{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_handoff_messages'],
    }
) }}

-- Grain: one of the human's first three public messages after a handoff that
-- asks for something the customer had already given in this conversation, by
-- the kind of thing. "What is the problem?" repeats whatever was said before.

with

handoff_messages as (

    select * from {{ ref('int_handoff_messages') }}

),

message_signals as (

    select * from {{ ref('int_message_signals') }}

),

asked as (

    select
        handoff_messages.conversation_id,
        handoff_messages.message_id,
        handoff_messages.message_number,
        replace(message_signals.signal, 'asks_', '') as asked_for

    from handoff_messages

    inner join message_signals
        on handoff_messages.message_id = message_signals.message_id

    where
        handoff_messages.human_reply_number <= 3
        and message_signals.signal in (
            'asks_order_number',
            'asks_email',
            'asks_account',
            'asks_error_text',
            'asks_what_is_the_problem'
        )

),

given as (

    select
        handoff_messages.conversation_id,
        replace(message_signals.signal, 'gave_', '') as given_kind,
        min(handoff_messages.message_number) as first_given_number

    from handoff_messages

    inner join message_signals
        on handoff_messages.message_id = message_signals.message_id

    where
        handoff_messages.author_role = 'customer'
        and message_signals.signal in (
            'gave_order_number',
            'gave_email',
            'gave_account',
            'gave_error_text'
        )

    group by 1, 2

    union all

    select
        conversation_id,
        'what_is_the_problem' as given_kind,
        min(message_number) as first_given_number

    from handoff_messages

    where
        author_role = 'customer'
        and is_substantive

    group by 1, 2

),

handoff_repeated_questions as (

    select
        asked.conversation_id,
        asked.message_id,
        asked.message_number,
        asked.asked_for

    from asked

    inner join given
        on
            asked.conversation_id = given.conversation_id
            and asked.asked_for = given.given_kind
            and asked.message_number > given.first_given_number

)

select * from handoff_repeated_questions
