{#- Raw table -> how its rows are staged, for the layout at hand; in the form that
    the macros of row accounting take. -#}
{% macro warehouse_events_tables() -%}
    {%- set models = {
        'segment': {
            'tracks': 'tracks', 'pages': 'pages', 'identifies': 'identifies',
        },
        'rudderstack': {
            'tracks': 'tracks', 'pages': 'pages', 'identifies': 'identifies',
        },
        'snowplow': {'events': 'snowplow_events'},
        'generic': {'events': 'generic_events'},
    }[var('warehouse_events_layout')] -%}
    {%- set tables = {} -%}
    {%- for table_name, model in models.items() -%}
        {%- do tables.update({table_name: {
            'model': 'stg_warehouse_events__' ~ model,
            'key': 'source_row_id',
            'also': ['event_name', 'anonymous_id', 'occurred_at', 'loaded_at'],
        }}) -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}
