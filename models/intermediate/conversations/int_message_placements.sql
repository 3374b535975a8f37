{{ config(
    slice_by = 'message_id',
    changes_by = ['message_id', 'thread_id']
) }}

-- Grain: one message of int_messages and what became of it. Only placed messages
-- go on; every other row says why it stays behind, so that messages in are
-- messages placed plus messages accounted for.
-- Substantive: a public customer message with words of its own that is not an auto-reply and
-- not only a greeting, only thanks or only a confirmation.

with

messages as (

    select * from {{ ref('int_messages') }}

),

message_threads as (

    select * from {{ ref('int_message_threads') }}

),

carried_twice as (

    select * from {{ ref('int_messages_carried_twice') }}

),

-- messages with words of their own: neither blank nor only a quote
message_texts as (

    select * from {{ ref('int_message_texts') }}

),

empty_talk as (

    select message_id

    from {{ ref('int_message_signals') }}

    where signal in (
        'only_greeting', 'only_thanks', 'only_confirmation', 'auto_reply'
    )

    group by 1

),

placements as (

    select
        messages.message_id,
        messages.source_name,
        message_threads.thread_id,
        messages.author_role,
        case
            when message_threads.problem is not null
                then message_threads.problem
            when not carried_twice.is_kept
                then 'carried_by_both_systems'
            else 'placed'
        end as placement,
        messages.is_public,
        coalesce(messages.is_auto_reply, false) as is_auto_reply,
        messages.author_role = 'customer'
        and messages.is_public
        and not coalesce(messages.is_auto_reply, false)
        and message_texts.message_id is not null
        and empty_talk.message_id is null as is_substantive,
        messages.source_position,
        case
            when
                carried_twice.is_kept
                and carried_twice.other_sent_at < messages.sent_at
                then carried_twice.other_sent_at
            else messages.sent_at
        end as sent_at

    from messages

    inner join message_threads
        on messages.message_id = message_threads.message_id

    left join carried_twice
        on messages.message_id = carried_twice.message_id

    left join message_texts
        on messages.message_id = message_texts.message_id

    left join empty_talk
        on messages.message_id = empty_talk.message_id

)

select * from placements
