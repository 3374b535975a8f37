{{ config(
    enabled = 'warehouse_events' in var('event_sources')
        and var('warehouse_events_layout') in ('segment', 'rudderstack')
) }}

-- Grain: one delivered copy of an identify call, the moment at which an anonymous
-- id and a user became one. The table users has only each user's newest state.
{%- set inserted_at = optional_column(
    'warehouse_events', 'identifies', 'uuid_ts', 'timestamp'
) -%}
{%- set columns = {
    'id': 'string',
    'anonymous_id': 'string',
    'user_id': 'string',
    'timestamp': 'timestamp',
    'received_at': 'timestamp',
    'uuid_ts': 'timestamp',
} %}

with

raw_rows as (

    select * from {{ optional_source('warehouse_events', 'identifies', columns) }}

),

source as (

    select
        raw_rows.*,
        {{ row_as_json('raw_rows') }} as row_json

    from raw_rows

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field(
            var('warehouse_events_customer_id'), 'properties', 'row_json'
        ) }} as customer_external_id,
        {{ small_letters(configured_field(
            var('warehouse_events_customer_email'), 'properties', 'row_json'
        )) }} as customer_email,
        {{ configured_field('anonymous_id') }} as anonymous_id,

        ---------- strings
        '$identify' as event_name,
        cast(null as {{ dbt.type_string() }}) as page,
        row_json as properties,

        ---------- timestamps
        {{ utc_timestamp('timestamp') }} as occurred_at,
        coalesce(
            {{ utc_timestamp(inserted_at) }}, {{ utc_timestamp('received_at') }}
        ) as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select

        ---------- ids
        source_row_id,
        'warehouse_events:identify:' || source_row_id as event_id,
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
