{{ config(enabled = 'langsmith' in var('trace_sources')) }}

-- Grain: one raw table.
{%- set raw_tables = {
    'runs': {
        'model': 'stg_langsmith__runs',
        'key': 'source_row_id',
        'also': ['trace_id', 'parent_step_id', 'run_type', 'started_at'],
    },
    'feedback': {
        'model': 'stg_langsmith__feedback',
        'key': 'source_row_id',
        'also': ['step_id', 'trace_id', 'score_name', 'scored_at'],
    },
} %}

with

row_counts as (
    {{ row_counts_of('langsmith', raw_tables) }}

)

select * from row_counts
