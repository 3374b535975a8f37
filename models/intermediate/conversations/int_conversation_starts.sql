{{ config(
    slice_by = 'thread_id',
    changes_by = ['thread_id', 'conversation_id']
) }}

-- Grain: one conversation, by the message that opens it. The first substantive
-- customer message of a thread opens conversation 1; after the thread came to
-- rest, the next substantive one opens another. A thread in which the customer
-- never said anything of substance still has its one conversation, opened when
-- the thread began.

with

threads as (

    select * from {{ ref('int_threads') }}

),

substantive_messages as (

    select * from {{ ref('int_message_placements') }}
    where placement = 'placed' and is_substantive

),

thread_closes as (

    select * from {{ ref('int_thread_closes') }}

),

messages_in_order as (

    select
        thread_id,
        message_id,
        sent_at,
        lag(sent_at) over (
            partition by thread_id
            order by sent_at nulls last, source_position nulls last, message_id
        ) as previous_sent_at,
        row_number() over (
            partition by thread_id
            order by sent_at nulls last, source_position nulls last, message_id
        ) as substantive_number

    from substantive_messages

),

last_closes as (

    select
        messages_in_order.message_id,
        max(thread_closes.closed_at) as last_closed_at

    from messages_in_order

    inner join thread_closes
        on
            messages_in_order.thread_id = thread_closes.thread_id
            and messages_in_order.sent_at > thread_closes.closed_at

    group by 1

),

opening_messages as (

    select
        messages_in_order.thread_id,
        messages_in_order.message_id,
        messages_in_order.sent_at as opened_at

    from messages_in_order

    left join last_closes
        on messages_in_order.message_id = last_closes.message_id

    where
        messages_in_order.substantive_number = 1
        or last_closes.last_closed_at >= messages_in_order.previous_sent_at

),

starts as (

    select
        threads.thread_id,
        opening_messages.message_id as opening_message_id,
        coalesce(opening_messages.opened_at, threads.started_at) as opened_at,
        cast(row_number() over (
            partition by threads.thread_id
            order by
                opening_messages.opened_at nulls last,
                opening_messages.message_id
        ) as bigint) as conversation_number

    from threads

    left join opening_messages
        on threads.thread_id = opening_messages.thread_id

),

conversation_starts as (

    select
        thread_id
        || '#' || cast(conversation_number as {{ dbt.type_string() }})
            as conversation_id,
        thread_id,
        opening_message_id,
        conversation_number,
        opened_at,
        lead(opened_at) over (
            partition by thread_id order by conversation_number
        ) as next_opened_at

    from starts

)

select * from conversation_starts
