{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one raw table of the layout in use.
{%- set scores = {
    'model': 'stg_langfuse__scores',
    'key': 'source_row_id',
    'also': ['trace_id', 'session_ref', 'score_name', 'scored_at', 'loaded_at'],
} %}
{%- set raw_tables = {
    'legacy': {
        'traces': {
            'model': 'stg_langfuse__traces',
            'key': 'source_row_id',
            'also': ['session_ref', 'started_at', 'loaded_at'],
        },
        'observations': {
            'model': 'stg_langfuse__observations',
            'key': 'source_row_id',
            'also': ['trace_id', 'observation_type', 'started_at', 'loaded_at'],
        },
        'scores': scores,
    },
    'v2': {
        'observations_v2': {
            'model': 'stg_langfuse__observations_v2',
            'key': 'source_row_id',
            'also': ['trace_id', 'observation_type', 'started_at', 'loaded_at'],
        },
        'scores': scores,
    },
}[var('langfuse_layout')] %}

with

row_counts as (

    {{ row_counts_of('langfuse', raw_tables) }}

)

select * from row_counts
