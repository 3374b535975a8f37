{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    slice_prefix = 'zendesk:',
    changes_by = ['ticket_id']
) }}

-- Grain: one recorded status of a ticket. Zendesk keeps no solved time, only the
-- history of the status. Being deleted is no step of its life.

with

field_changes as (

    select * from {{ ref('int_zendesk__field_changes') }}

),

tickets as (

    select * from {{ ref('int_zendesk__current_tickets') }}

),

recorded_changes as (

    select
        ticket_field_change_id as status_change_id,
        ticket_id,
        lower(new_value) in ('solved', 'closed') as is_done,
        actor_role,
        changed_at,
        loaded_at

    from field_changes

    where
        field_name = 'status'
        and lower(new_value) <> 'deleted'

),

unrecorded_closes as (

    -- solved, but its history was never loaded: its last update is the best
    -- known time of the close
    select
        tickets.ticket_id || ':status:unrecorded' as status_change_id,
        tickets.ticket_id,
        true as is_done,
        'system' as actor_role,
        coalesce(tickets.updated_at, tickets.created_at) as changed_at,
        tickets.loaded_at

    from tickets

    left join recorded_changes
        on tickets.ticket_id = recorded_changes.ticket_id

    where
        tickets.status in ('solved', 'closed')
        and recorded_changes.ticket_id is null

),

stacked as (

    select * from recorded_changes

    union all

    select * from unrecorded_closes

),

ticket_status_changes as (

    select
        'zendesk' as source_name,
        'zendesk:' || status_change_id as ticket_status_change_id,
        'zendesk:' || ticket_id as ticket_id,
        is_done,
        actor_role,
        changed_at,
        loaded_at

    from stacked

)

select * from ticket_status_changes
