-- Grain: one session and ticket of which one names the other. rule_rank 1: the
-- session names the ticket; 2: the ticket names the session.

with

int_trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

int_tickets as (

    select * from {{ ref('int_tickets') }}

),

int_ticket_copies as (

    select * from {{ ref('int_ticket_copies') }}

),

-- Help desks fold the case of tags, so a session id that came through one is
-- no longer spelled as the trace store spells it.
session_names as (

    select
        trace_session_id,
        {{ small_letters('trace_session_id') }} as session_name
    from int_trace_sessions
    union
    select
        trace_session_id,
        {{ small_letters('source_session_id') }} as session_name
    from int_trace_sessions

),

ticket_names as (

    select
        ticket_id,
        {{ small_letters('ticket_id') }} as ticket_name
    from int_tickets
    union
    select
        ticket_id,
        {{ small_letters('source_ticket_id') }} as ticket_name
    from int_tickets

),

pairs as (

    select
        int_trace_sessions.trace_session_id,
        ticket_names.ticket_id,
        'ticket_id' as link_method,
        1 as rule_rank
    from int_trace_sessions
    inner join ticket_names
        on {{ small_letters('int_trace_sessions.ticket_ref') }} = ticket_names.ticket_name
    union all
    select
        session_names.trace_session_id,
        int_tickets.ticket_id,
        'session_id' as link_method,
        2 as rule_rank
    from int_tickets
    inner join session_names
        on {{ small_letters('int_tickets.session_ref') }} = session_names.session_name

),

-- who names a ticket's copy in a newer help desk means the ticket
named_pairs as (

    select
        pairs.trace_session_id,
        coalesce(int_ticket_copies.original_ticket_id, pairs.ticket_id)
            as ticket_id,
        pairs.link_method,
        pairs.rule_rank
    from pairs
    left join int_ticket_copies
        on pairs.ticket_id = int_ticket_copies.ticket_id
    group by 1, 2, 3, 4

)

select * from named_pairs
