-- Grain: one session and ticket of one customer that no name ties together and
-- that are each other's nearest: by the time between their starts (an old open
-- ticket overlaps with everything, so overlap alone says little), then between
-- their spells, then by id. A ticket's named sessions compete for it: an
-- unnamed one joins them only where it is nearer, as the first chat of a ticket
-- is whose reopening was named.

with

int_link_spells as (

    select * from {{ ref('int_link_spells') }}

),

int_link_named_sessions as (

    select * from {{ ref('int_link_named_sessions') }}

),

session_spells as (

    select
        int_link_spells.*,
        int_link_named_sessions.ticket_id as named_ticket_id
    from int_link_spells
    left join int_link_named_sessions
        on
            int_link_spells.entity_id
            = int_link_named_sessions.trace_session_id
    where int_link_spells.entity = 'session'

),

ticket_spells as (

    select * from int_link_spells
    where entity = 'ticket'

),

named_candidates as (

    select
        session_spells.entity_id as trace_session_id,
        ticket_spells.entity_id as ticket_id,
        1 as name_rank,
        session_spells.begins_at as session_begins_at,
        session_spells.ends_at as session_ends_at,
        ticket_spells.begins_at as ticket_begins_at,
        ticket_spells.ends_at as ticket_ends_at
    from session_spells
    inner join ticket_spells
        on session_spells.named_ticket_id = ticket_spells.entity_id

),

unnamed_candidates as (

    select
        session_spells.entity_id as trace_session_id,
        ticket_spells.entity_id as ticket_id,
        2 as name_rank,
        session_spells.begins_at as session_begins_at,
        session_spells.ends_at as session_ends_at,
        ticket_spells.begins_at as ticket_begins_at,
        ticket_spells.ends_at as ticket_ends_at
    from session_spells
    inner join ticket_spells
        on
            session_spells.customer_id = ticket_spells.customer_id
            and ticket_spells.begins_at <= {{ dbt.dateadd(
                'minute', var('link_within_minutes'), 'session_spells.ends_at'
            ) }}
            and session_spells.begins_at <= {{ dbt.dateadd(
                'minute', var('link_within_minutes'), 'ticket_spells.ends_at'
            ) }}
    where
        session_spells.named_ticket_id is null
        and session_spells.is_linkable_by_time
        and ticket_spells.is_linkable_by_time

),

candidates as (

    select * from named_candidates
    union all
    select * from unnamed_candidates

),

measured as (

    select
        trace_session_id,
        ticket_id,
        name_rank,
        abs({{ seconds_between('session_begins_at', 'ticket_begins_at') }})
            as seconds_between_starts,
        {{ seconds_apart(
            'session_begins_at', 'session_ends_at',
            'ticket_begins_at', 'ticket_ends_at'
        ) }} as seconds_apart
    from candidates

),

ranked as (

    select
        trace_session_id,
        ticket_id,
        name_rank,
        row_number() over (
            partition by trace_session_id
            order by
                seconds_between_starts nulls last,
                seconds_apart nulls last,
                ticket_id
        ) as ticket_rank,
        row_number() over (
            partition by ticket_id
            order by
                seconds_between_starts nulls last,
                seconds_apart nulls last,
                name_rank nulls last,
                trace_session_id
        ) as session_rank
    from measured

),

nearest_pairs as (

    select
        trace_session_id,
        ticket_id,
        'customer_and_time' as link_method
    from ranked
    where
        ticket_rank = 1
        and session_rank = 1
        and name_rank = 2

)

select * from nearest_pairs
