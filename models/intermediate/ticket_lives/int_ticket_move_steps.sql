{{ config(
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one time a ticket was given to somebody, with who held it just before.

with

int_ticket_moves as (

    select * from {{ ref('int_ticket_moves') }}

),

move_steps as (

    select
        int_ticket_moves.*,
        -- null for the first move of the ticket
        lag(holder_role) over (
            partition by ticket_id
            order by
                moved_at nulls last,
                move_kind,
                -- tools count their ids up: the shorter number is older
                length(ticket_move_id),
                ticket_move_id
        ) as previous_holder_role

    from int_ticket_moves

)

select * from move_steps
