{{ config(enabled = 'datadog' in var('trace_sources')) }}

-- Grain: one raw row that cannot be used. A span without an id gets a hash of
-- what tells it apart from others, never of its text.
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

quarantined_rows as (

    {{ quarantined_rows_of('datadog', raw_tables) }}

)

select * from quarantined_rows
