{{ config(enabled = 'opentelemetry' in var('trace_sources')) }}

-- Grain: one GenAI event, whether an SDK wrote it as a log record or as an event
-- of a span. Copies count once.
{%- set layout = {
    'clickhouse': {
        'events': 'stg_opentelemetry__otel_trace_events',
        'logs': 'stg_opentelemetry__otel_logs',
    },
    'otlp': {
        'events': 'stg_opentelemetry__trace_events',
        'logs': 'stg_opentelemetry__logs',
    },
}[var('opentelemetry_layout')] %}
{%- set contents = [
    'trace_id', 'span_id', 'event_name', 'body', 'attributes_json',
    'occurred_text',
] %}

with

span_events as (

    select * from {{ ref(layout.events) }}
    where event_name like 'gen_ai.%'

),

log_records as (

    select * from {{ ref(layout.logs) }}
    where event_name like 'gen_ai.%' and quarantine_reason is null

),

stacked as (

    select {{ contents | join(', ') }}, occurred_at, loaded_at
    from span_events

    union all

    select {{ contents | join(', ') }}, occurred_at, loaded_at
    from log_records

),

copies as (

    select
        *,
        {{ row_fingerprint(contents) }} as event_id,
        row_number() over (
            partition by {{ contents | join(', ') }}
            order by loaded_at desc
        ) as copy_number

    from stacked

),

-- What was said lies in the body or, in span events, in the attributes.
genai_events as (

    select
        event_id,
        trace_id,
        span_id,
        event_name,
        coalesce(
            body,
            {{ json_text('attributes_json', 'gen_ai.event.content') }},
            attributes_json
        ) as payload,
        attributes_json,
        occurred_text,
        occurred_at,
        loaded_at

    from copies

    where copy_number = 1

)

select * from genai_events
