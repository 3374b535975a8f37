{% set ticket_id = configured_field('ticket_id') -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'fivetran',
    raw_keys = {'ticket_id': ticket_id}
) }}
{%- set columns = {
    'ticket_id': 'string',
    'tag': 'string',
    '_fivetran_synced': 'timestamp',
} %}

-- Grain: one row of the raw table; a ticket's tag has one row per load.

with

source as (

    select * from {{ optional_source('zendesk', 'ticket_tag', columns) }}

),

renamed as (

    select

        ---------- ids
        {{ ticket_id }} as ticket_id,

        ---------- strings
        {{ small_letters("nullif(trim(tag), '')") }} as tag,

        ---------- timestamps
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        ticket_id || ':' || tag as ticket_tag_id,
        renamed.*,
        case
            when ticket_id is null then 'missing_parent'
            when tag is null then 'missing_id'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('zendesk', {'ticket_id': 'ticket'}) }}
