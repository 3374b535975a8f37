{{ config(
    slice_by = 'message_id',
    changes_by = ['message_id']
) }}

-- Grain: one message with words of its own, as int_message_readings folds them.
-- What was read once and is gone from int_messages by now is left out.

with

message_readings as (

    select * from {{ ref('int_message_readings') }}

),

messages as (

    select * from {{ ref('int_messages') }}

),

message_texts as (

    select
        message_readings.message_id,
        message_readings.author_role,
        message_readings.body_fingerprint,
        message_readings.text,
        message_readings.loaded_at

    from message_readings

    inner join messages
        on
            message_readings.message_id = messages.message_id
            and message_readings.author_role = messages.author_role

    where
        message_readings.text is not null
        and messages.body is not null

)

select * from message_texts
