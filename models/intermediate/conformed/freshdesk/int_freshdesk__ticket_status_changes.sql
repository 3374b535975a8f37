{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one status of a ticket, recorded by an activity or, as long as no
-- activity tells of that time, remembered by the ticket. The activities of a day
-- come with the next day's export, so the ticket is often ahead of them.

with

recorded_statuses as (

    select * from {{ ref('int_freshdesk__recorded_statuses') }}

),

remembered_statuses as (

    select * from {{ ref('int_freshdesk__remembered_statuses') }}

),

newest_records as (

    select
        ticket_id,
        max(changed_at) as recorded_until

    from recorded_statuses

    group by 1

),

stacked as (

    select
        -- times are whole seconds: a ticket created and closed in one of them
        -- began first, and of equal times the smaller id goes first
        'activity:' || case when is_done then 'ended:' else 'began:' end
        || activity_id as change_id,
        ticket_id,
        is_done,
        actor_role,
        changed_at,
        loaded_at

    from recorded_statuses

    union all

    select
        'ticket:' || remembered_statuses.ticket_id
        || ':' || remembered_statuses.moment as change_id,
        remembered_statuses.ticket_id,
        remembered_statuses.is_done,
        'system' as actor_role,
        remembered_statuses.changed_at,
        remembered_statuses.loaded_at

    from remembered_statuses

    left join newest_records
        on remembered_statuses.ticket_id = newest_records.ticket_id

    where
        newest_records.ticket_id is null
        or remembered_statuses.changed_at > newest_records.recorded_until

),

ticket_status_changes as (

    select
        'freshdesk' as source_name,
        'freshdesk:' || change_id as ticket_status_change_id,
        'freshdesk:' || ticket_id as ticket_id,
        is_done,
        actor_role,
        changed_at,
        loaded_at

    from stacked

)

select * from ticket_status_changes
