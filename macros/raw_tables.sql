{#- An optional raw table: the source itself, or its typed columns without rows
    when the table is listed in the var absent_tables. Without it, a company
    that never used a feature could not build at all.
      columns  {column name: contract type}, the columns staging reads -#}
{% macro optional_source(tool, table, columns) -%}
    {%- if tool ~ '.' ~ table in var('absent_tables') -%}
    (
        select
            {%- for column, type in columns.items() %}
            cast(null as {{ column_type(type) }}) as {{ column }}
            {{- "," if not loop.last }}
            {%- endfor %}
        where 1 = 0
    ) as {{ table }}
    {%- else -%}
    {{ source(tool, table) }}
    {%- endif -%}
{%- endmacro %}


{#- An optional raw column: its name, or a typed null when it is listed in the
    var absent_columns as <tool>.<table>.<column>. -#}
{% macro optional_column(tool, table, column, type='string') -%}
    {%- if tool ~ '.' ~ table ~ '.' ~ column in var('absent_columns') -%}
    cast(null as {{ column_type(type) }})
    {%- else -%}
    {{ column }}
    {%- endif -%}
{%- endmacro %}
