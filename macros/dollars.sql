{#- A logged cost in US dollars, null where it is no number or one beyond all
    numbers. Fixed decimals: sums of floats move with the order of the rows. -#}
{% macro dollars(expression) -%}
    {{ try_cast(try_cast(expression, 'double precision'), 'numeric(28, 12)') }}
{%- endmacro %}
