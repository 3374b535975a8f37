-- Grain: one row per raw table of an enabled tool; all enabled tools stacked.
{# A new tool is one more int_<tool>__row_counts and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'source_name': 'string',
    'table_name': 'string',
    'raw_row_count': 'bigint',
    'forgotten_count': 'bigint',
    'older_version_count': 'bigint',
    'quarantined_count': 'bigint',
    'used_count': 'bigint',
} %}
{% set sources = var('trace_sources') + var('ticket_sources') + var('event_sources') %}

with

row_counts as (

    {{ union_sources('row_counts', sources, columns) }}

)

select * from row_counts
