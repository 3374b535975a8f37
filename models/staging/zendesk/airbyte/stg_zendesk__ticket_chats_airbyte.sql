{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one audit event that names the chat of a ticket, one row per load.

with

audit_events as (

    select * from {{ ref('stg_zendesk__ticket_audit_events') }}

    where event_type in ('ChatStartedEvent', 'ChatEndedEvent')

),

named as (

    select
        event_id,
        ticket_id,
        -- chats in the messenger have a conversation instead
        coalesce(
            nullif(trim({{ json_text('event_value', 'chat_id') }}), ''),
            nullif(trim({{ json_text('event_value', 'conversation_id') }}), ''),
            'of_ticket_' || ticket_id
        ) as chat_id,
        case trim({{ json_text('event_value', 'initiator') }})
            when '1' then 'agent'
            when '2' then 'customer'
            when '5' then 'system'
        end as initiator_role,
        {{ json_text('event_value', 'history') }} as history_json,
        loaded_at

    from audit_events

),

ticket_chats as (

    select
        chat_id || ':' || ticket_id as ticket_chat_id,
        chat_id,
        ticket_id,
        initiator_role,
        history_json,
        loaded_at,
        -- rows that cannot be used stay with the audits
        cast(null as {{ dbt.type_string() }}) as quarantine_reason

    from named

)

select * from ticket_chats
where {{ is_remembered('zendesk', {'ticket_id': 'ticket', 'chat_id': 'chat'}) }}
