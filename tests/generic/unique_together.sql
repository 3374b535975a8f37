{#- Fails for each combination of the columns that stands in more than one row.
    The grain of a model whose key has several columns. -#}
{% test unique_together(model, columns) %}

    select
        {{ columns | join(',\n        ') }},
        count(*) as row_count

    from {{ model }}

    group by {{ columns | join(', ') }}

    having count(*) > 1

{% endtest %}
