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


{#- A list of sentences for the preflight, one for each table and column that the
    vars warehouse_events_event_tables and warehouse_events_event_columns name and
    the warehouse lacks. -#}
{% macro preflight_event_tables() -%}
    {%- set problems = [] -%}
    {%- for source in graph.sources.values()
        if source.source_name == 'warehouse_events' -%}
        {%- if source.name == 'tracks' -%}
            {%- for table in var('warehouse_events_event_tables')
                if not adapter.get_relation(
                    source.database, source.schema, table
                ) -%}
                {%- do problems.append(
                    "table " ~ source.schema ~ "." ~ table ~ " is missing. Load "
                    ~ "it, or take it out of the var warehouse_events_event_tables"
                ) -%}
            {%- endfor -%}
        {%- elif source.name == 'snowplow_events' -%}
            {%- set relation = adapter.get_relation(
                source.database, source.schema, source.identifier
            ) -%}
            {%- set present = adapter.get_columns_in_relation(relation)
                | map(attribute='name') | map('lower') | list
                if relation else var('warehouse_events_event_columns') -%}
            {%- for column in var('warehouse_events_event_columns')
                if column | lower not in present -%}
                {%- do problems.append(
                    "column " ~ column ~ " of table " ~ source.schema ~ "."
                    ~ source.identifier ~ " is missing. Load it, or take it out "
                    ~ "of the var warehouse_events_event_columns"
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}
