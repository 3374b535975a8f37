{{ config(changes_by = ['thread_id']) }}

-- Grain: one thread, which is a ticket together with the trace sessions linked
-- to it, or a trace session without a ticket. A thread holds one conversation
-- or, when the customer comes back to it, several.

with

tickets as (

    select * from {{ ref('int_tickets') }}

),

trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

links as (

    select * from {{ ref('int_sessions_linked_to_tickets') }}

),

ticket_customers as (

    select * from {{ ref('int_ticket_customers') }}

),

session_customers as (

    select * from {{ ref('int_trace_session_customers') }}

),

sessions as (

    select
        trace_sessions.trace_session_id,
        trace_sessions.source_name,
        trace_sessions.is_test,
        trace_sessions.started_at,
        links.ticket_id,
        session_customers.customer_id,
        row_number() over (
            partition by links.ticket_id
            order by
                case when session_customers.customer_id is null then 1 else 0 end,
                trace_sessions.started_at nulls last,
                trace_sessions.trace_session_id
        ) as customer_rank

    from trace_sessions

    left join links
        on trace_sessions.trace_session_id = links.trace_session_id

    left join session_customers
        on trace_sessions.trace_session_id = session_customers.trace_session_id

),

sessions_by_ticket as (

    select
        ticket_id,
        max(case when customer_rank = 1 then customer_id end) as customer_id,
        max(case when is_test then 1 else 0 end) as has_test_session

    from sessions

    where ticket_id is not null

    group by 1

),

ticket_threads as (

    select
        tickets.ticket_id as thread_id,
        tickets.ticket_id,
        tickets.source_name,
        tickets.channel,
        coalesce(
            ticket_customers.customer_id, sessions_by_ticket.customer_id
        ) as customer_id,
        tickets.merged_into_ticket_id,
        tickets.follow_up_of_ticket_id,
        coalesce(tickets.is_outbound, false) as is_outbound,
        coalesce(tickets.is_spam, false) as is_spam,
        coalesce(tickets.is_test, false)
        or coalesce(sessions_by_ticket.has_test_session, 0) = 1 as is_test,
        coalesce(tickets.is_deleted, false) as is_deleted,
        tickets.created_at as started_at

    from tickets

    left join ticket_customers
        on tickets.ticket_id = ticket_customers.ticket_id

    left join sessions_by_ticket
        on tickets.ticket_id = sessions_by_ticket.ticket_id

),

session_threads as (

    select
        trace_session_id as thread_id,
        cast(null as {{ dbt.type_string() }}) as ticket_id,
        source_name,
        'chat' as channel,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as merged_into_ticket_id,
        cast(null as {{ dbt.type_string() }}) as follow_up_of_ticket_id,
        false as is_outbound,
        false as is_spam,
        coalesce(is_test, false) as is_test,
        false as is_deleted,
        started_at

    from sessions

    where ticket_id is null

),

threads as (

    select * from ticket_threads
    union all
    select * from session_threads

)

select * from threads
