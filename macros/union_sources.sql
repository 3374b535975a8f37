{#- Stacks int_<tool>__<entity> of every tool in the list, each column cast to
    its contract type. With no tool it gives the typed columns and no rows, so
    the project builds on an empty warehouse.
      entity   e.g. 'messages'
      sources  list of tool names
      columns  {column name: contract type}, in output order -#}
{% macro union_sources(entity, sources, columns) -%}
    {%- for source in sources %}
    select
        {%- for column, type in columns.items() %}
        cast({{ column }} as {{ column_type(type) }}) as {{ column }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_' ~ source ~ '__' ~ entity) }}
    {{- "\n    union all" if not loop.last }}
    {%- else %}
    select
        {%- for column, type in columns.items() %}
        cast(null as {{ column_type(type) }}) as {{ column }}
        {{- "," if not loop.last }}
        {%- endfor %}
    where 1 = 0
    {%- endfor %}
{%- endmacro %}
