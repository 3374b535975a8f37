{#- The text with every run of white space as one blank. Most texts have none to
    fold, and asking costs a third of replacing: single blanks match as well.
      expression  a column, as it is written out three times -#}
{% macro single_blanks(expression) -%}
    case
        when {{ text_matches(expression, "'[[:cntrl:]]|  '") }}
            then {{ text_replace(expression, '\\s+', ' ') }}
        else {{ expression }}
    end
{%- endmacro %}
