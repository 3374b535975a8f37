{{ config(changes_by = ['conversation_id']) }}

-- Grain: one conversation that came to rest, with the first moment it did.

with

conversation_starts as (

    select * from {{ ref('int_conversation_starts') }}

),

thread_closes as (

    select * from {{ ref('int_thread_closes') }}

),

conversation_closes as (

    select
        conversation_starts.conversation_id,
        min(thread_closes.closed_at) as closed_at

    from conversation_starts

    inner join thread_closes
        on
            conversation_starts.thread_id = thread_closes.thread_id
            and conversation_starts.opened_at <= thread_closes.closed_at

    where
        conversation_starts.next_opened_at is null
        or thread_closes.closed_at < conversation_starts.next_opened_at

    group by 1

)

select * from conversation_closes
