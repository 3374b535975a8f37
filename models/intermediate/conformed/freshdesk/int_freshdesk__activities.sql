{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one recorded activity on a ticket, in its newest load, with who did it.
-- An agent on a ticket of his own is its customer. An automation that runs
-- because somebody did something is still an automation.

with

activities as (

    select * from {{ ref('stg_freshdesk__ticket_activities') }}

),

tickets as (

    select * from {{ ref('int_freshdesk__current_tickets') }}

),

accounts as (

    select * from {{ ref('int_freshdesk__accounts') }}

),

numbered as (

    select
        activities.*,
        row_number() over (
            partition by activity_id
            order by coalesce(loaded_at, performed_at) desc
        ) as version_number

    from activities

    where quarantine_reason is null

),

attributed as (

    select
        numbered.activity_id,
        numbered.ticket_id,
        case
            when accounts.is_listed_bot then accounts.author_role
            when numbered.is_automated then 'bot_automation'
            when numbered.performer_type = 'system' then 'system'
            when numbered.performer_id = tickets.requester_id then 'customer'
            else coalesce(accounts.author_role, 'system')
        end as actor_role,
        numbered.status,
        numbered.assignee_id,
        numbered.group_name,
        numbered.marks_deleted,
        numbered.marks_spam,
        numbered.performed_at,
        numbered.loaded_at

    from numbered

    left join tickets
        on numbered.ticket_id = tickets.ticket_id

    left join accounts
        on numbered.performer_id = accounts.account_id

    where numbered.version_number = 1

)

select * from attributed
