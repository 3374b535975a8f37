-- Grain: one tool, week, kind of entity and way of linking. The week is that of
-- the session's start or the ticket's creation.

with

int_trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

int_tickets as (

    select * from {{ ref('int_tickets') }}

),

int_sessions_linked_to_tickets as (

    select * from {{ ref('int_sessions_linked_to_tickets') }}

),

-- A ticket with several sessions counts under its surest link.
ticket_links as (

    select
        ticket_id,
        min(
            case link_method
                when 'ticket_id' then 1
                when 'session_id' then 2
                else 3
            end
        ) as method_rank
    from int_sessions_linked_to_tickets
    where ticket_id is not null
    group by 1

),

sessions as (

    select
        int_trace_sessions.source_name,
        int_trace_sessions.started_at as began_at,
        'session' as entity,
        coalesce(int_sessions_linked_to_tickets.link_method, 'unlinked')
            as link_method
    from int_trace_sessions
    left join int_sessions_linked_to_tickets
        on
            int_trace_sessions.trace_session_id
            = int_sessions_linked_to_tickets.trace_session_id

),

tickets as (

    select
        int_tickets.source_name,
        int_tickets.created_at as began_at,
        'ticket' as entity,
        case ticket_links.method_rank
            when 1 then 'ticket_id'
            when 2 then 'session_id'
            when 3 then 'customer_and_time'
            else 'unlinked'
        end as link_method
    from int_tickets
    left join ticket_links
        on int_tickets.ticket_id = ticket_links.ticket_id

),

entities as (

    select * from sessions
    union all
    select * from tickets

),

counted as (

    select
        source_name,
        {{ week_start_date('began_at', var('reporting_timezone')) }}
            as week_start_date,
        entity,
        link_method,
        count(*) as entity_count
    from entities
    group by 1, 2, 3, 4

),

totalled as (

    select
        counted.*,
        sum(entity_count) over (
            partition by source_name, week_start_date, entity
        ) as total_count
    from counted

),

linkage_coverage as (

    select
        cast(source_name as {{ dbt.type_string() }}) as source_name,
        week_start_date,
        cast(entity as {{ dbt.type_string() }}) as entity,
        cast(link_method as {{ dbt.type_string() }}) as link_method,
        cast(entity_count as bigint) as entity_count,
        cast(total_count as bigint) as total_count,
        {{ ratio('entity_count', 'total_count') }} as entity_share
    from totalled

)

select * from linkage_coverage
