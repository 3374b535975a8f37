{{ config(
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one time a ticket was closed or reopened. Becoming done is a close,
-- leaving it is a reopen; the automation that turns solved into closed days
-- later is neither. Help desks reopen by themselves when the customer writes:
-- that reopen is the customer's.

with

int_ticket_status_steps as (

    select * from {{ ref('int_ticket_status_steps') }}

    where is_done <> was_done

),

customer_messages as (

    select * from {{ ref('int_messages') }}

    where
        author_role = 'customer'
        and is_public
        and ticket_id is not null

),

answered_reopens as (

    select int_ticket_status_steps.ticket_status_change_id

    from int_ticket_status_steps

    inner join customer_messages
        on
            int_ticket_status_steps.ticket_id = customer_messages.ticket_id
            and customer_messages.sent_at
            >= {{ dbt.dateadd(
                'minute', -5, 'int_ticket_status_steps.changed_at'
            ) }}
            and customer_messages.sent_at
            <= {{ dbt.dateadd(
                'minute', 5, 'int_ticket_status_steps.changed_at'
            ) }}

    where not int_ticket_status_steps.is_done

    group by 1

),

status_events as (

    select
        int_ticket_status_steps.source_name,
        int_ticket_status_steps.ticket_status_change_id,
        int_ticket_status_steps.ticket_id,
        case
            when int_ticket_status_steps.is_done then 'closed'
            else 'reopened'
        end as event_type,
        case
            when
                int_ticket_status_steps.actor_role
                in ('system', 'bot_automation')
                and answered_reopens.ticket_status_change_id is not null
                then 'customer'
            else int_ticket_status_steps.actor_role
        end as actor_role,
        int_ticket_status_steps.changed_at as occurred_at,
        int_ticket_status_steps.loaded_at

    from int_ticket_status_steps

    left join answered_reopens
        on
            int_ticket_status_steps.ticket_status_change_id
            = answered_reopens.ticket_status_change_id

)

select * from status_events
