{{ config(enabled = 'opentelemetry' in var('trace_sources')) }}

-- Grain: one raw table; in the otlp layout also the spans and log records inside
-- its documents, as traces.spans and logs.records.
{%- set span = {'key': 'source_row_id', 'also': [
    'trace_id', 'span_id', 'parent_span_id', 'span_name', 'service_name',
    'started_at', 'ended_at',
]} %}
{%- set content = {'key': 'source_row_id', 'also': ['loaded_at']} %}
{%- set raw_tables = {
    'clickhouse': {
        'otel_traces': dict(span, model='stg_opentelemetry__otel_traces'),
        'otel_logs': dict(content, model='stg_opentelemetry__otel_logs'),
    },
    'otlp': {
        'traces': dict(content, model='stg_opentelemetry__trace_documents'),
        'traces.spans': dict(span, model='stg_opentelemetry__traces'),
        'logs': dict(content, model='stg_opentelemetry__log_documents'),
        'logs.records': dict(content, model='stg_opentelemetry__logs'),
    },
}[var('opentelemetry_layout')] %}

with

row_counts as (

    {{ row_counts_of('opentelemetry', raw_tables) }}

)

select * from row_counts
