-- Grain: one row per raw row that cannot be used; all enabled tools stacked.
{# A new tool is one more int_<tool>__quarantined_rows and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'source_name': 'string',
    'table_name': 'string',
    'row_id': 'string',
    'quarantine_reason': 'string',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('trace_sources') + var('ticket_sources') + var('event_sources') %}

with

quarantined_rows as (

    {{ union_sources('quarantined_rows', sources, columns) }}

)

select * from quarantined_rows
