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


{#- The fingerprint where it can matter: reads version_count, how many rows share
    the row's id. Nearly all are alone, and over all rows of a table of events
    their fingerprints cost more than all the rest of its model. -#}
{% macro tie_break(columns) -%}
    case when version_count > 1 then {{ row_fingerprint(columns) }} end
{%- endmacro %}
