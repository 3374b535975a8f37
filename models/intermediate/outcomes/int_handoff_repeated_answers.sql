{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_handoff_messages'],
    }
) }}

-- Grain: one customer message after a handoff that says again what was said
-- before it, in the same or similar words or with "as I said".

with

handoff_messages as (

    select * from {{ ref('int_handoff_messages') }}

),

repeated_messages as (

    select * from {{ ref('int_repeated_messages') }}

),

same_words as (

    select * from {{ ref('int_handoff_same_words') }}

),

message_signals as (

    select * from {{ ref('int_message_signals') }}

),

said_before as (

    select
        conversation_id,
        message_id

    from handoff_messages

    where
        author_role = 'customer'
        and not is_after_handoff

),

said_after as (

    select
        conversation_id,
        message_id,
        message_number

    from handoff_messages

    where
        author_role = 'customer'
        and is_after_handoff

),

evidence as (

    select repeated_messages.message_id

    from repeated_messages

    inner join said_before
        on repeated_messages.earlier_message_id = said_before.message_id

    union all

    select message_id from same_words

    union all

    select message_id

    from message_signals

    where signal = 'already_told'

),

handoff_repeated_answers as (

    select
        said_after.conversation_id,
        said_after.message_id,
        said_after.message_number

    from said_after

    inner join evidence
        on said_after.message_id = evidence.message_id

    group by 1, 2, 3

)

select * from handoff_repeated_answers
