{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one status of a ticket that the activities record. They name it in the
-- account's own words; a name that nobody knows is no end.

with

activities as (

    select * from {{ ref('int_freshdesk__activities') }}

    where status is not null

),

statuses as (

    select * from {{ ref('int_freshdesk__statuses') }}

),

numbers as (

    select * from statuses

    where is_current_name

),

recorded_statuses as (

    select
        activities.activity_id,
        activities.ticket_id,
        coalesce(
            statuses.is_done,
            numbers.is_done,
            {{ freshdesk_is_done('activities.status', 'activities.status') }}
        ) as is_done,
        activities.actor_role,
        activities.performed_at as changed_at,
        activities.loaded_at

    from activities

    left join statuses
        on activities.status = statuses.status_name

    left join numbers
        on activities.status = numbers.status_number

)

select * from recorded_statuses
