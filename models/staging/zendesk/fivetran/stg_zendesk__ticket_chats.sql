{% set chat_id = configured_field('chat_id') -%}
{%- set ticket_id = configured_field('ticket_id') -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'fivetran',
    raw_keys = {'chat_id': chat_id, 'ticket_id': ticket_id}
) }}
{%- set columns = {
    'chat_id': 'string',
    'ticket_id': 'string',
    'initiator': 'string',
    '_fivetran_synced': 'timestamp',
} %}

-- Grain: one row of the raw table. One chat can belong to several tickets: a
-- pair of chat and ticket has one row per load.

with

source as (

    select * from {{ optional_source('zendesk', 'ticket_chat', columns) }}

),

renamed as (

    select

        ---------- ids
        {{ chat_id }} as chat_id,
        {{ ticket_id }} as ticket_id,

        ---------- strings
        case trim(cast(initiator as {{ dbt.type_string() }}))
            when '1' then 'agent'
            when '2' then 'customer'
            when '5' then 'system'
        end as initiator_role,

        ---------- timestamps
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        chat_id || ':' || ticket_id as ticket_chat_id,
        renamed.*,
        case
            when chat_id is null then 'missing_id'
            when ticket_id is null then 'missing_parent'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('zendesk', {'ticket_id': 'ticket', 'chat_id': 'chat'}) }}
