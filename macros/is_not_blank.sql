{#- True where a text holds more than blanks. DuckDB looks at each sign of a text
    to trim its end, ten times the cost of ltrim, which stops at the first that
    is no blank. -#}
{% macro is_not_blank(expression) -%}
    ltrim({{ expression }}) <> ''
{%- endmacro %}
