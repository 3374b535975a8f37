{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one raw row that cannot be used. A row without an id gets a hash of what
-- tells it apart from others, never of its text.
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

quarantined_rows as (

    {{ quarantined_rows_of('langfuse', raw_tables) }}

)

select * from quarantined_rows
