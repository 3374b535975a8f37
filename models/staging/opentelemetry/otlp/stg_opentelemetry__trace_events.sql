{{ config(
    enabled = 'opentelemetry' in var('trace_sources')
        and var('opentelemetry_layout') == 'otlp'
) }}

-- Grain: one event inside one copy of one span.
with

stg_opentelemetry__traces as (

    select * from {{ ref('stg_opentelemetry__traces') }}
    where quarantine_reason is null

),

events as (

    select
        trace_id,
        span_id,
        loaded_at,
        {{ each_json_element('events_json') }} as event_json

    from stg_opentelemetry__traces

),

unpacked as (

    select
        trace_id,
        span_id,
        {{ json_text('event_json', 'name') }} as event_name,
        cast(null as {{ dbt.type_string() }}) as body,
        {{ otlp_attributes(json_text('event_json', 'attributes')) }}
            as attributes_json,
        {{ json_text('event_json', 'timeUnixNano') }} as occurred_text,
        {{ nanoseconds_to_timestamp(json_text('event_json', 'timeUnixNano')) }}
            as occurred_at,
        loaded_at

    from events

)

select * from unpacked
where {{ is_remembered('opentelemetry', {'trace_id': 'run'}) }}
