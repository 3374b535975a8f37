{{ config(enabled = 'zendesk' in var('ticket_sources')) }}

-- Grain: one recorded status of a ticket, with whether the ticket was done
-- (solved or closed) then and just before. Being deleted is no step of its life.

with

field_changes as (

    select * from {{ ref('int_zendesk__field_changes') }}

),

statuses as (

    select
        ticket_field_change_id,
        ticket_id,
        actor_role,
        case when lower(new_value) in ('solved', 'closed') then 1 else 0 end
            as is_done,
        changed_at,
        loaded_at

    from field_changes

    where
        field_name = 'status'
        and lower(new_value) <> 'deleted'

),

status_changes as (

    select
        statuses.*,
        -- nothing before the first status: a ticket may begin solved, but
        -- beginning open reopens nothing
        coalesce(
            lag(is_done) over (partition by ticket_id order by changed_at), 0
        ) as was_done

    from statuses

)

select * from status_changes
