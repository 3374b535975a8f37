{#- numerator / denominator as double precision; null when the denominator is
    0 or null. 7 / 2 is 3 on PostgreSQL and 3.5 on DuckDB. -#}
{% macro ratio(numerator, denominator) -%}
    (
        cast({{ numerator }} as {{ type_double() }})
        / nullif(cast({{ denominator }} as {{ type_double() }}), 0)
    )
{%- endmacro %}


{#- The sample standard deviation from exact sums of the values and of their
    squares; null below two values. The engines' own depends on the order of the
    rows in its last digit. -#}
{% macro sample_deviation(value_sum, square_sum, value_count) -%}
    case
        when {{ value_count }} > 1
            then sqrt(
                greatest(
                    {{ square_sum }}
                    - {{ value_sum }} * {{ value_sum }} / {{ value_count }},
                    0
                ) / ({{ value_count }} - 1)
            )
    end
{%- endmacro %}
