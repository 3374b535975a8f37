{#- A trace or span id as OpenTelemetry means it: hexadecimal in either case
    (folded), where '' and zeros only stand for none. -#}
{% macro hex_id(expression) -%}
    {%- set text = "lower(trim(cast(" ~ expression ~ " as "
        ~ dbt.type_string() ~ ")))" -%}
    case when replace({{ text }}, '0', '') <> '' then {{ text }} end
{%- endmacro %}
