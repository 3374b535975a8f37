{{ config(enabled = 'braintrust' in var('trace_sources')) }}

-- Grain: one raw row that cannot be used.
{%- set raw_tables = {
    'logs': {
        'model': 'stg_braintrust__logs',
        'key': 'source_row_id',
        'also': ['run_id', 'span_id', 'transaction_id', 'started_at'],
    },
} %}

with

quarantined_rows as (
    {{ quarantined_rows_of('braintrust', raw_tables) }}

)

select * from quarantined_rows
