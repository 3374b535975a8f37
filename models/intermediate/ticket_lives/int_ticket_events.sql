{{ config(
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one row per change in a ticket's life, whatever tool keeps the ticket.

with

int_ticket_status_events as (

    select * from {{ ref('int_ticket_status_events') }}

),

int_ticket_assignment_events as (

    select * from {{ ref('int_ticket_assignment_events') }}

),

private_messages as (

    select * from {{ ref('int_messages') }}

    where
        not is_public
        and ticket_id is not null

),

ticket_events as (

    -- a tool may record a close and a move under one id
    select
        ticket_status_change_id || ':status' as ticket_event_id,
        source_name,
        ticket_id,
        event_type,
        actor_role,
        cast(null as {{ dbt.type_string() }}) as reason,
        occurred_at,
        loaded_at

    from int_ticket_status_events

    union all

    select
        ticket_move_id || ':move' as ticket_event_id,
        source_name,
        ticket_id,
        event_type,
        actor_role,
        case when event_type = 'handed_to_human' then reason end as reason,
        occurred_at,
        loaded_at

    from int_ticket_assignment_events

    union all

    select
        message_id || ':note' as ticket_event_id,
        source_name,
        ticket_id,
        'note_added' as event_type,
        author_role as actor_role,
        cast(null as {{ dbt.type_string() }}) as reason,
        sent_at as occurred_at,
        loaded_at

    from private_messages

)

select * from ticket_events
