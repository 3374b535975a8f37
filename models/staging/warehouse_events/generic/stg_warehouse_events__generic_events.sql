{{ config(
    enabled = 'warehouse_events' in var('event_sources')
        and var('warehouse_events_layout') == 'generic'
) }}

-- Grain: one row of a table of your own, with the columns named in the sources
-- YAML.
{%- set page = optional_column(
    'warehouse_events', 'generic_events', 'page'
) %}

with

raw_rows as (

    select * from {{ source('warehouse_events', 'generic_events') }}

),

source as (

    select
        raw_rows.*,
        {{ page }} as open_page,
        cast(properties_json as {{ dbt.type_string() }}) as row_json

    from raw_rows

),

renamed as (

    select

        ---------- ids
        {{ configured_field('event_id') }} as source_row_id,
        {{ configured_field(
            var('warehouse_events_customer_id'), 'properties', 'row_json'
        ) }} as customer_external_id,
        {{ small_letters(configured_field(
            var('warehouse_events_customer_email'), 'properties', 'row_json'
        )) }} as customer_email,
        {{ configured_field('anonymous_id') }} as anonymous_id,

        ---------- strings
        {{ event_name_of(configured_field('event_name')) }} as event_name,
        {{ configured_field(
            var('warehouse_events_page'), 'properties', 'row_json'
        ) }} as page,
        row_json as properties,

        ---------- timestamps
        {{ utc_timestamp('occurred_at') }} as occurred_at,
        {{ utc_timestamp('received_at') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select

        ---------- ids
        source_row_id,
        'warehouse_events:' || source_row_id as event_id,
        customer_external_id,
        customer_email,
        anonymous_id,

        ---------- strings
        event_name,
        {{ page_path_of('page') }} as page_path,
        properties,
        {{ event_quarantine_reason('source_row_id') }} as quarantine_reason,

        ---------- timestamps
        occurred_at,
        loaded_at

    from renamed

)

select * from judged
where {{ is_remembered('warehouse_events', {
    'anonymous_id': 'key', 'customer_email': 'key',
    'customer_external_id': 'key',
}) }}
