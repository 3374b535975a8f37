{{ config(enabled = 'datadog' in var('trace_sources')) }}

-- Grain: one raw table.
{%- set spans = {
    'model': 'stg_datadog__spans',
    'key': 'source_row_id',
    'also': ['trace_id', 'parent_id', 'span_kind', 'started_at', 'loaded_at'],
} %}
{%- set evaluations = {
    'model': 'stg_datadog__evaluations',
    'key': 'source_row_id',
    'also': ['score_name', 'scored_at'],
} %}
{%- set raw_tables = {
    'sdk': {'spans': spans, 'evaluations': evaluations},
    'export_api': {'spans': spans},
}[var('datadog_layout')] %}

with

row_counts as (

    {{ row_counts_of('datadog', raw_tables) }}

)

select * from row_counts
