{#- One bound of the Wilson score interval for a share of counts, at 95 %,
    without continuity correction (Wilson 1927; Newcombe 1998, method 3). Exactly
    0 or 1 where the share is: rounding gave -1e-18.
      side  'lower' or 'upper' -#}
{% macro wilson_bound(numerator, denominator, side) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set share = ratio(numerator, denominator) -%}
    {%- set size = 'cast(' ~ denominator ~ ' as ' ~ type_double() ~ ')' -%}
    case
        when {{ numerator }} = {{ '0' if side == 'lower' else denominator }}
            then {{ '0.0' if side == 'lower' else '1.0' }}
        else (
            {{ share }} + {{ z * z / 2 }} / {{ size }}
            {{ '-' if side == 'lower' else '+' }} {{ z }} * sqrt(
                {{ share }} * (1 - {{ share }}) / {{ size }}
                + {{ z * z / 4 }} / ({{ size }} * {{ size }})
            )
        ) / (1 + {{ z * z }} / {{ size }})
    end
{%- endmacro %}
