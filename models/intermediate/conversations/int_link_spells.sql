-- Grain: one trace session or ticket, with the time it spans: a session from
-- its first to its last step, a ticket from its creation to its first close
-- (without one, to its last message).

with

int_trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

int_trace_session_customers as (

    select * from {{ ref('int_trace_session_customers') }}

),

int_tickets as (

    select * from {{ ref('int_tickets') }}

),

int_ticket_copies as (

    select * from {{ ref('int_ticket_copies') }}

),

int_ticket_customers as (

    select * from {{ ref('int_ticket_customers') }}

),

int_ticket_events as (

    select * from {{ ref('int_ticket_events') }}

),

int_messages as (

    select * from {{ ref('int_messages') }}

),

first_closes as (

    select
        ticket_id,
        min(occurred_at) as closed_at
    from int_ticket_events
    where event_type = 'closed'
    group by 1

),

last_messages as (

    select
        ticket_id,
        max(sent_at) as sent_at
    from int_messages
    where ticket_id is not null
    group by 1

),

session_spells as (

    select
        'session' as entity,
        int_trace_sessions.trace_session_id as entity_id,
        int_trace_session_customers.customer_id,
        not coalesce(int_trace_sessions.is_test, false) as is_linkable_by_time,
        int_trace_sessions.started_at as begins_at,
        coalesce(int_trace_sessions.ended_at, int_trace_sessions.started_at)
            as ends_at
    from int_trace_sessions
    left join int_trace_session_customers
        on
            int_trace_sessions.trace_session_id
            = int_trace_session_customers.trace_session_id

),

ticket_spells as (

    select
        'ticket' as entity,
        int_tickets.ticket_id as entity_id,
        int_ticket_customers.customer_id,
        not coalesce(int_tickets.is_test, false)
        and not coalesce(int_tickets.is_deleted, false)
        and not coalesce(int_tickets.is_outbound, false)
        and int_ticket_copies.ticket_id is null
            as is_linkable_by_time,
        int_tickets.created_at as begins_at,
        coalesce(
            first_closes.closed_at,
            last_messages.sent_at,
            int_tickets.created_at
        ) as ends_at
    from int_tickets
    left join int_ticket_customers
        on int_tickets.ticket_id = int_ticket_customers.ticket_id
    left join int_ticket_copies
        on int_tickets.ticket_id = int_ticket_copies.ticket_id
    left join first_closes
        on int_tickets.ticket_id = first_closes.ticket_id
    left join last_messages
        on int_tickets.ticket_id = last_messages.ticket_id

),

link_spells as (

    select * from session_spells
    union all
    select * from ticket_spells

)

select * from link_spells
