{#- Rows in which a share lies outside 0 to 1. Null is no share and passes. -#}
{% test rates_stay_between_0_and_1(model, columns) %}

select * from {{ model }}
where
    {%- for column in columns %}
    {{ column }} < 0 or {{ column }} > 1{{ " or" if not loop.last }}
    {%- endfor %}

{% endtest %}
