{{ config(enabled = 'zendesk' in var('ticket_sources')) }}

-- Grain: one time a ticket was closed or reopened. Zendesk keeps no solved
-- time, only the history of the status: entering solved or closed is a close,
-- leaving both is a reopen; the automation that turns solved into closed days
-- later is neither.

with

status_changes as (

    select * from {{ ref('int_zendesk__status_changes') }}

),

tickets as (

    select * from {{ ref('int_zendesk__current_tickets') }}

),

customer_messages as (

    select * from {{ ref('int_zendesk__messages') }}

    where
        author_role = 'customer'
        and is_public

),

answered_reopens as (

    -- the customer writes and Zendesk reopens by itself, naming nobody
    select status_changes.ticket_field_change_id

    from status_changes

    inner join customer_messages
        on
            'zendesk:' || status_changes.ticket_id = customer_messages.ticket_id
            and customer_messages.sent_at
            >= {{ dbt.dateadd('minute', -5, 'status_changes.changed_at') }}
            and customer_messages.sent_at
            <= {{ dbt.dateadd('minute', 5, 'status_changes.changed_at') }}

    where
        status_changes.is_done = 0
        and status_changes.was_done = 1

    group by 1

),

recorded_events as (

    select
        status_changes.ticket_field_change_id as status_event_id,
        status_changes.ticket_id,
        case when status_changes.is_done = 1 then 'closed' else 'reopened' end
            as event_type,
        case
            when
                status_changes.is_done = 0
                and status_changes.actor_role in ('system', 'bot_automation')
                and answered_reopens.ticket_field_change_id is not null
                then 'customer'
            else status_changes.actor_role
        end as actor_role,
        status_changes.changed_at as occurred_at,
        status_changes.loaded_at

    from status_changes

    left join answered_reopens
        on
            status_changes.ticket_field_change_id
            = answered_reopens.ticket_field_change_id

    where status_changes.is_done <> status_changes.was_done

),

unrecorded_closes as (

    -- solved, but its history was never loaded: its last update is the best
    -- known time of the close
    select
        tickets.ticket_id || ':status:unrecorded' as status_event_id,
        tickets.ticket_id,
        'closed' as event_type,
        'system' as actor_role,
        coalesce(tickets.updated_at, tickets.created_at) as occurred_at,
        tickets.loaded_at

    from tickets

    left join status_changes
        on tickets.ticket_id = status_changes.ticket_id

    where
        tickets.status in ('solved', 'closed')
        and status_changes.ticket_id is null

),

status_events as (

    select * from recorded_events

    union all

    select * from unrecorded_closes

)

select * from status_events
