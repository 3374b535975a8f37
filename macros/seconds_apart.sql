{#- The seconds between two spans of time, 0 when they touch or overlap. -#}
{% macro seconds_apart(begins_at, ends_at, other_begins_at, other_ends_at) -%}
    greatest(
        cast(0 as {{ type_double() }}),
        {{ seconds_between(ends_at, other_begins_at) }},
        {{ seconds_between(other_ends_at, begins_at) }}
    )
{%- endmacro %}
