{{ config(
    enabled = 'warehouse_events' in var('event_sources')
        and var('warehouse_events_layout') in ('segment', 'rudderstack')
) }}

-- Grain: one delivered copy of a track call. Its own properties are not here but
-- in a table per event: see int_warehouse_events__track_properties.
{%- set inserted_at = optional_column(
    'warehouse_events', 'tracks', 'uuid_ts', 'timestamp'
) -%}
{%- set page = optional_column(
    'warehouse_events', 'tracks', 'context_page_path'
) -%}
{%- set columns = {
    'id': 'string',
    'event_text': 'string',
    'event': 'string',
    'anonymous_id': 'string',
    'user_id': 'string',
    'context_page_path': 'string',
    'timestamp': 'timestamp',
    'received_at': 'timestamp',
    'uuid_ts': 'timestamp',
} %}

with

raw_rows as (

    select * from {{ optional_source('warehouse_events', 'tracks', columns) }}

),

source as (

    select
        raw_rows.*,
        {{ page }} as open_page,
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
        -- event is event_text in the form of a table's name.
        {{ event_name_of(configured_field(['event_text', 'event'])) }}
            as event_name,
        {{ configured_field(
            var('warehouse_events_page'), 'properties', 'row_json'
        ) }} as page,
        row_json as properties,

        ---------- timestamps
        -- The device's clock put right by the server's; original_timestamp is
        -- not.
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
        'warehouse_events:track:' || source_row_id as event_id,
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
