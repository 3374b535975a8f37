{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_confidence_messages'],
    }
) }}

-- Grain: one conversation that the customer left after a negative signal: the
-- last message the customer sent says that it is not fixed, is frustrated, or
-- asks for a human, and no human answered after it. A further answer of the AI
-- that the customer no longer reacts to mends nothing.

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

message_signals as (

    select * from {{ ref('int_message_signals') }}

),

confirmations as (

    select
        conversation_id,
        message_id

    from {{ ref('int_confidence_customer_signals') }}

    where signal = 'customer_confirmed'

),

last_human_answers as (

    select
        conversation_id,
        max(message_number) as last_human_number

    from confidence_messages

    where author_role = 'human_agent'

    group by 1

),

negative_last_messages as (

    select
        confidence_messages.conversation_id,
        confidence_messages.message_id

    from confidence_messages

    inner join message_signals
        on confidence_messages.message_id = message_signals.message_id

    left join last_human_answers
        on
            confidence_messages.conversation_id
            = last_human_answers.conversation_id

    left join confirmations
        on confidence_messages.message_id = confirmations.message_id

    where
        confidence_messages.message_number
        = confidence_messages.last_customer_number
        and confidence_messages.message_number
        > coalesce(last_human_answers.last_human_number, 0)
        and confirmations.message_id is null
        and (
            message_signals.signal = 'asked_for_human'
            -- in the opening these describe the problem, not the answer
            or (
                message_signals.signal in ('not_fixed', 'frustrated')
                and confidence_messages.message_number
                > confidence_messages.first_answer_number
            )
        )

    group by 1, 2

)

select * from negative_last_messages
