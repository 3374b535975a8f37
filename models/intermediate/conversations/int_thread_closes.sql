{{ config(changes_by = ['thread_id']) }}

-- Grain: one moment at which a thread came to rest. Tickets: the help desk's own
-- close event. Threads without a ticket: the last message before a silence longer
-- than conversation_idle_hours, measured against data_as_of at the end.
-- A close that an agent took back before the customer wrote again was no close;
-- one that the help desk took back because the customer said thanks was.

with

placed_messages as (

    select * from {{ ref('int_message_placements') }}
    where placement = 'placed'

),

threads as (

    select * from {{ ref('int_threads') }}

),

ticket_events as (

    select * from {{ ref('int_ticket_events') }}

),

data_edges as (

    select * from {{ ref('int_data_edges') }}

),

substantive_messages as (

    select * from placed_messages
    where is_substantive

),

ticket_closes as (

    select
        ticket_events.ticket_id as thread_id,
        ticket_events.occurred_at as closed_at,
        min(substantive_messages.sent_at) as customer_returned_at

    from ticket_events

    left join substantive_messages
        on
            ticket_events.ticket_id = substantive_messages.thread_id
            and ticket_events.occurred_at < substantive_messages.sent_at

    where ticket_events.event_type = 'closed'

    group by 1, 2

),

taken_back as (

    select
        ticket_closes.thread_id,
        ticket_closes.closed_at

    from ticket_closes

    inner join ticket_events
        on
            ticket_closes.thread_id = ticket_events.ticket_id
            and ticket_closes.closed_at < ticket_events.occurred_at

    where
        ticket_events.event_type = 'reopened'
        and ticket_events.actor_role <> 'customer'
        and (
            ticket_closes.customer_returned_at is null
            or ticket_events.occurred_at < ticket_closes.customer_returned_at
        )

    group by 1, 2

),

standing_ticket_closes as (

    select
        ticket_closes.thread_id,
        ticket_closes.closed_at

    from ticket_closes

    left join taken_back
        on
            ticket_closes.thread_id = taken_back.thread_id
            and ticket_closes.closed_at = taken_back.closed_at

    where taken_back.thread_id is null

),

ticketless_messages as (

    select
        placed_messages.thread_id,
        placed_messages.sent_at,
        coalesce(
            lead(placed_messages.sent_at) over (
                partition by placed_messages.thread_id
                order by placed_messages.sent_at nulls last, placed_messages.message_id
            ),
            data_edges.data_as_of
        ) as silent_until

    from placed_messages

    inner join threads
        on placed_messages.thread_id = threads.thread_id

    cross join data_edges

    where threads.ticket_id is null and placed_messages.is_public

),

idle_closes as (

    select
        thread_id,
        sent_at as closed_at

    from ticketless_messages

    where
        {{ dbt.dateadd('hour', var('conversation_idle_hours'), 'sent_at') }}
        < silent_until

),

thread_closes as (

    select * from standing_ticket_closes
    union all
    select * from idle_closes

)

select * from thread_closes
