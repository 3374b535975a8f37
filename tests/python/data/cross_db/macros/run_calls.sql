{#- Prints what each call of a macro gives for its rows of the seed, as JSON.
      calls  list of {call_id, macro, arguments (SQL over the seed's columns a, b
             and c, constants, or calls of a macro that gives a value), form} where
             form says what the macro is: a 'value' of a row, 'rows' in a select
             list, or an 'aggregate' -#}
{% macro run_calls(calls) -%}
    {%- set found = [] -%}
    {%- for call in calls -%}
        {%- set arguments = [] -%}
        {%- for argument in call.arguments -%}
            {%- do arguments.append(
                context[argument.macro](*argument.arguments)
                if argument is mapping and argument.macro else argument
            ) -%}
        {%- endfor -%}
        {%- set expression = context[call.macro](*arguments) -%}
        {%- for row in run_query(call_query(call, expression)).rows -%}
            {%- do found.append([call.call_id, row[0] | int, row[1]]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ print('FOUND ' ~ tojson(found)) }}
{%- endmacro %}


{#- Results are text in brackets, null stays null: else 7 and '7' were alike. -#}
{% macro call_query(call, expression) -%}
    with inputs as (

        select
            call_id,
            input_id,
            substr(a, 2) as a,
            substr(b, 2) as b,
            substr(c, 2) as c
        from {{ ref('inputs') }}
        where call_id = {{ call.call_id }}

    ),

    results as (

        select
            {% if call.form == 'aggregate' -%} min(input_id) as input_id,
            {%- else -%} input_id,
            {%- endif %}
            {{ expression }} as result
        from inputs
        {% if call.form == 'aggregate' -%} group by call_id {%- endif %}

    )

    select
        input_id,
        '<' || cast(result as {{ dbt.type_string() }}) || '>' as result
    from results
    order by input_id, result
{%- endmacro %}


{#- Prints which of these zones the warehouse knows. -#}
{% macro known_timezones(names) -%}
    {%- set found = [] -%}
    {%- for name in names if is_known_timezone(name) -%}
        {%- do found.append(name) -%}
    {%- endfor -%}
    {{ print('FOUND ' ~ tojson(found)) }}
{%- endmacro %}


{#- Prints one row as row_as_json gives it. -#}
{% macro row_of_values() -%}
    {%- set found = run_query(
        "with given as (select 7 as number_column, 'say \"hi\"' as text_column, "
        ~ "cast(null as " ~ dbt.type_string() ~ ") as empty_column) "
        ~ "select '<' || " ~ row_as_json('given') ~ " || '>' from given"
    ) -%}
    {{ print('FOUND ' ~ tojson(found.rows[0][0][1:-1])) }}
{%- endmacro %}


{#- Prints texts that were cast to the types of their words and back. -#}
{% macro typed_values(values) -%}
    {%- set found = {} -%}
    {%- for word, value in values.items() -%}
        {%- set answer = run_query(
            "select '<' || cast(cast('" ~ value ~ "' as " ~ column_type(word)
            ~ ") as " ~ dbt.type_string() ~ ") || '>'"
        ) -%}
        {%- do found.update({word: answer.rows[0][0][1:-1]}) -%}
    {%- endfor -%}
    {{ print('FOUND ' ~ tojson(found)) }}
{%- endmacro %}


{#- Prints two salts of which nobody would know either; none where a build makes
    none. -#}
{% macro two_salts() -%}
    {%- set salts = [] -%}
    {%- for draw in [1, 2] if own_salt() -%}
        {%- do salts.append(run_query('select ' ~ own_salt()).rows[0][0]) -%}
    {%- endfor -%}
    {{ print('FOUND ' ~ tojson(salts)) }}
{%- endmacro %}


{#- Prints what stands below a key of texts that are written into the statement, so
    that the engine knows them while it plans. -#}
{% macro texts_of_literals(values, key) -%}
    {%- set found = [] -%}
    {%- for value in values -%}
        {%- do found.append(run_query(
            "select " ~ json_text(text_literal(value), key) ~ " as result"
        ).rows[0][0]) -%}
    {%- endfor -%}
    {{ print('FOUND ' ~ tojson(found)) }}
{%- endmacro %}
