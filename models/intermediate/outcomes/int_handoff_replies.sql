{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one handed-over conversation that a human answered publicly, with the
-- first answer. A private note is no answer.

with

handoff_messages as (

    select * from {{ ref('int_handoff_messages') }}

),

handoff_replies as (

    select
        conversation_id,
        message_id,
        sent_at as first_human_reply_at

    from handoff_messages

    where human_reply_number = 1

)

select * from handoff_replies
