{{ config(
    enabled = 'opentelemetry' in var('trace_sources')
        and var('opentelemetry_layout') == 'clickhouse'
) }}

-- Grain: one event inside one copy of one span. Where the times of events are
-- absent, its place in the span's list orders it.
with

stg_opentelemetry__otel_traces as (

    select * from {{ ref('stg_opentelemetry__otel_traces') }}
    where quarantine_reason is null

),

events as (

    select
        trace_id,
        span_id,
        loaded_at,
        {{ each_numbered_json_element('events_json') }} as numbered_event

    from stg_opentelemetry__otel_traces

),

placed as (

    select
        trace_id,
        span_id,
        loaded_at,
        {{ json_text('numbered_event', [0]) }} as place,
        {{ json_text('numbered_event', [1]) }} as event_json

    from events

),

unpacked as (

    select
        trace_id,
        span_id,
        {{ json_text('event_json', 'name') }} as event_name,
        cast(null as {{ dbt.type_string() }}) as body,
        {{ json_text('event_json', 'attributes') }} as attributes_json,
        coalesce(
            {{ json_text('event_json', 'time') }}, 'event ' || lpad(place, 6, '0')
        ) as occurred_text,
        {{ utc_timestamp(json_text('event_json', 'time')) }} as occurred_at,
        loaded_at

    from placed

)

select * from unpacked
where {{ is_remembered('opentelemetry', {'trace_id': 'run'}) }}
