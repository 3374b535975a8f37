-- Grain: one ticket that was imported from another help desk and whose original
-- is in the data too. A company that moves to a new help desk takes its tickets
-- along: counted twice, each would be its own re-contact.

with

int_tickets as (

    select * from {{ ref('int_tickets') }}

),

naming_tickets as (

    select
        ticket_id,
        source_name,
        {{ small_letters('trim(imported_from)') }} as original_name,
        created_at

    from int_tickets

    where trim(imported_from) <> ''

),

-- "zendesk:123" says which help desk; "123" only which ticket, and two other
-- help desks may both have one
named_originals as (

    select
        naming_tickets.ticket_id,
        int_tickets.ticket_id as original_ticket_id,
        naming_tickets.created_at,
        int_tickets.created_at as original_created_at,
        count(*) over (partition by naming_tickets.ticket_id) as desk_count

    from naming_tickets

    inner join int_tickets
        on
            naming_tickets.source_name <> int_tickets.source_name
            and naming_tickets.original_name
            in (
                {{ small_letters('int_tickets.ticket_id') }},
                {{ small_letters('int_tickets.source_ticket_id') }}
            )

),

certain_originals as (

    select * from named_originals

    where desk_count = 1

),

ticket_copies as (

    select
        certain_originals.ticket_id,
        certain_originals.original_ticket_id

    from certain_originals

    left join certain_originals as naming_back
        on
            certain_originals.original_ticket_id = naming_back.ticket_id
            and certain_originals.ticket_id = naming_back.original_ticket_id

    -- where each names the other, the older one is the original
    where
        naming_back.ticket_id is null
        or certain_originals.created_at > certain_originals.original_created_at
        or (
            certain_originals.created_at = certain_originals.original_created_at
            and certain_originals.ticket_id > certain_originals.original_ticket_id
        )

)

select * from ticket_copies
