{{ config(
    enabled = 'warehouse_events' in var('event_sources')
        and var('warehouse_events_layout') == 'snowplow'
) }}

-- Grain: one delivered copy of an event. What a self-describing event says lies in
-- a column of its own, of which one per row is filled.
{%- set loaded_stamp = optional_column(
    'warehouse_events', 'snowplow_events', 'load_tstamp', 'timestamp'
) -%}
{%- set network_id = optional_column(
    'warehouse_events', 'snowplow_events', 'network_userid'
) -%}
{%- set action = optional_column(
    'warehouse_events', 'snowplow_events', 'se_action'
) -%}
{%- set texts = [] -%}
{%- for column in var('warehouse_events_event_columns') -%}
    {%- do texts.append(
        "cast(" ~ column ~ " as " ~ dbt.type_string() ~ ")"
    ) -%}
{%- endfor -%}
{%- do texts.append(row_as_json('raw_rows')) %}

with

raw_rows as (

    select * from {{ source('warehouse_events', 'snowplow_events') }}

),

source as (

    select
        raw_rows.*,
        page_urlpath as open_page,
        coalesce({{ texts | join(', ') }}) as row_json

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
        -- Anonymous tracking writes one network id for everybody, all zeros.
        {{ configured_field([
            'domain_userid',
            "case when " ~ network_id ~ " not like '00000000-%' then "
            ~ network_id ~ " end",
        ]) }} as anonymous_id,

        ---------- strings
        -- All structured events are called "event"; their action is the name.
        {{ event_name_of(configured_field([
            "case when event = 'struct' then " ~ action ~ " end",
            "event_name",
            "event",
        ])) }} as event_name,
        {{ configured_field(
            var('warehouse_events_page'), 'properties', 'row_json'
        ) }} as page,
        row_json as properties,

        ---------- timestamps
        -- The device's clock put right by the collector's, where it was sent.
        coalesce(
            {{ utc_timestamp('derived_tstamp') }},
            {{ utc_timestamp('collector_tstamp') }}
        ) as occurred_at,
        coalesce(
            {{ utc_timestamp(loaded_stamp) }},
            {{ utc_timestamp('collector_tstamp') }}
        ) as loaded_at

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
