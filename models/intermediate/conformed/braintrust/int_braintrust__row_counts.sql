{{ config(enabled = 'braintrust' in var('trace_sources')) }}

-- Grain: one raw table.
{%- set raw_tables = {
    'logs': {
        'model': 'stg_braintrust__logs',
        'key': 'source_row_id',
        'also': ['run_id', 'span_id', 'transaction_id', 'started_at'],
    },
} %}

with

row_counts as (
    {{ row_counts_of('braintrust', raw_tables) }}

)

select * from row_counts
