{{ config(
    slice_by = 'message_id',
    changes_by = ['message_id']
) }}

-- Grain: one message and one signal that its own words show.

with

message_scans as (

    select * from {{ ref('int_message_scans') }}

),

message_texts as (

    select * from {{ ref('int_message_texts') }}

),

message_signals as (

    select
        message_scans.message_id,
        {{ each_match('message_scans.signals', '[^ ]+') }} as signal

    from message_scans

    inner join message_texts
        on message_scans.message_id = message_texts.message_id

    where message_scans.signals <> ''

)

select * from message_signals
