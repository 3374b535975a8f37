{% set mixpanel_insert_id = configured_field('insert_id') -%}
{{ config(
    enabled = 'mixpanel' in var('event_sources')
        and var('mixpanel_layout') == 'airbyte',
    raw_keys = {'mixpanel_insert_id': mixpanel_insert_id}
) }}

-- Grain: one row of the raw table, so one event and sync: the connector reads
-- its last days again each time. The columns are those of stg_mixpanel__events.
-- Every property is a column of its own here, so the row is the properties.
{%- set device_id = optional_column('mixpanel', 'export', 'device_id') -%}
{%- set sent_as = optional_column(
    'mixpanel', 'export', 'distinct_id_before_identity'
) -%}
{%- set pages = [] -%}
{%- for place in mixpanel_columns(var('mixpanel_page')) -%}
    {%- do pages.append(optional_column('mixpanel', 'export', place)) -%}
{%- endfor %}

with

source as (

    select
        raw_row.*,
        {{ row_as_json('raw_row') }} as row_json

    from {{ source('mixpanel', 'export') }} as raw_row

),

renamed as (

    select

        ---------- ids
        {{ mixpanel_insert_id }} as mixpanel_insert_id,
        {{ configured_field('distinct_id') }} as distinct_id,
        {{ configured_field(sent_as) }} as distinct_id_before_identity,
        {{ configured_field(device_id) }} as device_id,
        {{ configured_field(
            mixpanel_columns(var('mixpanel_customer_id')),
            'properties', 'row_json'
        ) }} as customer_external_id,
        {{ small_letters(configured_field(
            mixpanel_columns(var('mixpanel_customer_email')),
            'properties', 'row_json'
        )) }} as customer_email,

        ---------- strings
        {{ event_name_of(configured_field('event')) }} as event_name,
        {{ configured_field(pages, 'properties', 'row_json') }} as page,
        row_json as properties,

        ---------- timestamps
        -- The connector prints a Z behind what older projects export as wall
        -- clock in their own zone.
        {{ local_to_utc(
            utc_timestamp('time'), var('mixpanel_project_timezone')
        ) }} as occurred_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select

        ---------- ids
        -- Each sync gives the same event another row id, so an event without
        -- insert_id (old libraries) is known by name, person and time alone.
        'mixpanel:' || {{ dbt.hash(
            "coalesce(event_name, '') || '|' || "
            ~ "coalesce(distinct_id_before_identity, distinct_id, '') "
            ~ "|| '|' || "
            ~ "coalesce(cast(occurred_at as " ~ dbt.type_string() ~ "), '') "
            ~ "|| '|' || "
            ~ "coalesce(mixpanel_insert_id, '')"
        ) }} as event_id,
        mixpanel_insert_id,
        distinct_id,
        distinct_id_before_identity,
        device_id,
        customer_external_id,
        customer_email,

        ---------- strings
        event_name,
        {{ page_path_of('page') }} as page_path,
        properties,
        {{ event_quarantine_reason(
            'coalesce(mixpanel_insert_id, distinct_id)'
        ) }} as quarantine_reason,

        ---------- timestamps
        occurred_at,
        loaded_at

    from renamed

)

select * from judged
where {{ is_remembered('mixpanel', {
    'customer_email': 'key', 'customer_external_id': 'key', 'device_id': 'key',
    'distinct_id': 'key', 'distinct_id_before_identity': 'key',
}) }}
