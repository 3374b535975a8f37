{{ config(enabled = 'langsmith' in var('trace_sources')) }}

-- Grain: one raw row that cannot be used.
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

quarantined_rows as (
    {{ quarantined_rows_of('langsmith', raw_tables) }}

)

select * from quarantined_rows
