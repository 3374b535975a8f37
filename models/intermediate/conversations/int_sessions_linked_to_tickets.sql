{{ config(changes_by = ['trace_session_id']) }}

-- Grain: one trace session. Unlinked sessions stay, with nulls: leaving them
-- out would overstate success.

with

int_trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

int_link_named_sessions as (

    select * from {{ ref('int_link_named_sessions') }}

),

int_link_nearest_pairs as (

    select * from {{ ref('int_link_nearest_pairs') }}

),

sessions_linked_to_tickets as (

    select
        int_trace_sessions.trace_session_id,
        coalesce(
            int_link_named_sessions.ticket_id,
            int_link_nearest_pairs.ticket_id
        ) as ticket_id,
        coalesce(
            int_link_named_sessions.link_method,
            int_link_nearest_pairs.link_method
        ) as link_method
    from int_trace_sessions
    left join int_link_named_sessions
        on
            int_trace_sessions.trace_session_id
            = int_link_named_sessions.trace_session_id
    left join int_link_nearest_pairs
        on
            int_trace_sessions.trace_session_id
            = int_link_nearest_pairs.trace_session_id

)

select * from sessions_linked_to_tickets
