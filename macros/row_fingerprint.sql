{#- An md5 over columns of a row, as text: a total tie-break where ids and times
    are equal, and an id for a row that came without one. Without it the row
    kept among equals moved with the order of loading. -#}
{% macro row_fingerprint(columns) -%}
    md5(
        {%- for column in columns %}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '')
        {{- " || '|' ||" if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
