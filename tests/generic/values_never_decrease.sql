{#- Rows in which a column is smaller than the one before it in the list: nested
    bands and intervals. Up to 1e-12, the noise of floating point. -#}
{% test values_never_decrease(model, columns) %}

select * from {{ model }}
where
    {%- for column in columns[1:] %}
    {{ column }} < {{ columns[loop.index0] }} - 1e-12
    {{- " or" if not loop.last }}
    {%- endfor %}

{% endtest %}
