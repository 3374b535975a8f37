-- Grain: one trace session that names a ticket or is named by one. Where the
-- same rule offers several tickets (two help desks number alike; a follow-up
-- carries the session on), the customer's own comes first, then the nearest.

with

int_link_named_pairs as (

    select * from {{ ref('int_link_named_pairs') }}

),

int_link_spells as (

    select * from {{ ref('int_link_spells') }}

),

measured as (

    select
        int_link_named_pairs.*,
        case
            when session_spells.customer_id = ticket_spells.customer_id then 1
            else 2
        end as customer_rank,
        {{ seconds_apart(
            'session_spells.begins_at', 'session_spells.ends_at',
            'ticket_spells.begins_at', 'ticket_spells.ends_at'
        ) }} as seconds_apart,
        abs({{ seconds_between(
            'session_spells.begins_at', 'ticket_spells.begins_at'
        ) }}) as seconds_between_starts
    from int_link_named_pairs
    inner join int_link_spells as session_spells
        on
            int_link_named_pairs.trace_session_id = session_spells.entity_id
            and session_spells.entity = 'session'
    inner join int_link_spells as ticket_spells
        on
            int_link_named_pairs.ticket_id = ticket_spells.entity_id
            and ticket_spells.entity = 'ticket'

),

ranked as (

    select
        measured.*,
        row_number() over (
            partition by trace_session_id
            order by
                rule_rank,
                customer_rank,
                seconds_apart,
                seconds_between_starts nulls last,
                ticket_id
        ) as ticket_rank
    from measured

),

named_sessions as (

    select
        trace_session_id,
        ticket_id,
        link_method
    from ranked
    where ticket_rank = 1

)

select * from named_sessions
