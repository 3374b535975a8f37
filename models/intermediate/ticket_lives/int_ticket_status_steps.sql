{{ config(
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one recorded status of a ticket, with whether the ticket was done
-- (solved, resolved or closed) then and just before.

with

int_ticket_status_changes as (

    select * from {{ ref('int_ticket_status_changes') }}

),

status_steps as (

    select
        int_ticket_status_changes.*,
        -- nothing before the first status: a ticket may begin solved, but
        -- beginning open reopens nothing
        coalesce(
            lag(is_done) over (
                partition by ticket_id
                order by
                    changed_at nulls last,
                    -- tools count their ids up: the shorter number is older
                    length(ticket_status_change_id),
                    ticket_status_change_id
            ),
            false
        ) as was_done

    from int_ticket_status_changes

)

select * from status_steps
