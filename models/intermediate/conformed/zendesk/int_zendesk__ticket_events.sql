{{ config(enabled = 'zendesk' in var('ticket_sources')) }}

-- Grain: one change in a ticket's life.

with

status_events as (

    select * from {{ ref('int_zendesk__status_events') }}

),

assignment_events as (

    select * from {{ ref('int_zendesk__assignment_events') }}

),

private_messages as (

    select * from {{ ref('int_zendesk__messages') }}

    where not is_public

),

ticket_contexts as (

    select * from {{ ref('int_zendesk__ticket_contexts') }}

),

ticket_events as (

    select
        'zendesk:' || status_event_id as ticket_event_id,
        'zendesk' as source_name,
        'zendesk:' || ticket_id as ticket_id,
        event_type,
        actor_role,
        cast(null as {{ dbt.type_string() }}) as reason,
        occurred_at,
        loaded_at

    from status_events

    union all

    select
        'zendesk:move:' || assignment_events.move_id as ticket_event_id,
        'zendesk' as source_name,
        'zendesk:' || assignment_events.ticket_id as ticket_id,
        assignment_events.event_type,
        assignment_events.actor_role,
        case
            when assignment_events.event_type = 'handed_to_human'
                then ticket_contexts.handoff_reason
        end as reason,
        assignment_events.occurred_at,
        assignment_events.loaded_at

    from assignment_events

    left join ticket_contexts
        on assignment_events.ticket_id = ticket_contexts.ticket_id

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
