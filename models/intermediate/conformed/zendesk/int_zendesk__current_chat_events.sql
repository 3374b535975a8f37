{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'chat_id',
    changes_by = ['chat_id']
) }}

-- Grain: one chat event, in its newest load.

with

chat_events as (

    select * from {{ ref({
        'fivetran': 'stg_zendesk__ticket_chat_events',
        'airbyte': 'stg_zendesk__ticket_chat_events_airbyte',
    }[var('zendesk_layout')]) }}

),

numbered_events as (

    select
        chat_events.*,
        row_number() over (
            partition by chat_event_id
            order by
                coalesce(loaded_at, occurred_at) desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint([
                    'event_type', 'actor_id', 'body', 'message_source',
                    'message_author_type', 'chat_index', 'is_marked_as_agent'
                ]) }} desc
        ) as version_number

    from chat_events

    where quarantine_reason is null

),

current_events as (

    select * from numbered_events

    where version_number = 1

)

select * from current_events
