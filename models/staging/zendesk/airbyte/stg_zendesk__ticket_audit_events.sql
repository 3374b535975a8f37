{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one event of one load of an audit. What an event sets is text, an
-- array (tags) or an object (chats).

with

ticket_audits as (

    select * from {{ ref('stg_zendesk__ticket_audits') }}

    where quarantine_reason is null

),

exploded as (

    select
        audit_id,
        ticket_id,
        author_id,
        {{ each_numbered_json_element('events_json') }} as numbered_event,
        created_at,
        loaded_at

    from ticket_audits

),

opened as (

    select
        exploded.*,
        {{ json_text('numbered_event', [0]) }} as event_number,
        {{ json_text('numbered_event', [1]) }} as event_json

    from exploded

),

events as (

    select

        ---------- ids
        -- an event without id is known by its place in the audit
        coalesce(
            {{ json_text('event_json', 'id') }}, audit_id || '.' || event_number
        ) as event_id,
        audit_id,
        ticket_id,
        -- an audit holds what somebody did and, by rule, what triggers made
        -- of it; only the first was done by the author
        case
            when
                coalesce({{ json_text('event_json', ['via', 'channel']) }}, '')
                <> 'rule'
                then author_id
        end as actor_id,

        ---------- strings
        {{ json_text('event_json', 'type') }} as event_type,
        lower(nullif(trim({{ json_text('event_json', 'field_name') }}), ''))
            as field_name,
        nullif(trim(coalesce(
            {{ json_text('event_json', 'value') }},
            {{ json_text('event_json', 'score') }}
        )), '') as event_value,

        ---------- timestamps
        created_at,
        loaded_at

    from opened

)

select * from events
where {{ is_remembered('zendesk', {
    'ticket_id': 'ticket', 'actor_id': 'person',
}) }}
