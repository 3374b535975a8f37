{#- The first filled value of an ordered list of places, as trimmed text; '' is
    no value. A place is `metadata.<key>`, a key of the JSON object in the
    column metadata_json (a key may hold dots), or else an SQL expression over
    the columns at hand. Vars cannot call macros: without the short form every
    company had to write its engine's own JSON function into a var.
      places       one place or a list of them, e.g.
                   ["metadata.ticket_id", "user_id"]
      json_name    the word before the key, where the tool calls it otherwise
      json_column  the column that holds the JSON object -#}
{% macro configured_field(
    places, json_name='metadata', json_column='metadata_json'
) -%}
    {%- set places = [places] if places is string else places -%}
    {%- set values = [] -%}
    {%- for place in places -%}
        {%- set value = json_text(json_column, place[json_name | length + 1:])
            if place.startswith(json_name ~ '.') else place -%}
        {%- do values.append(
            "nullif(trim(cast(" ~ value ~ " as " ~ dbt.type_string() ~ ")), '')"
        ) -%}
    {%- endfor -%}
    {%- do values.append("cast(null as " ~ dbt.type_string() ~ ")") -%}
    coalesce({{ values | join(', ') }})
{%- endmacro %}


{#- JSON text that was encoded once more ("{\"a\": 1}") without that outer coat;
    any other text as it is. -#}
{% macro json_decoded(expression) -%}
    {%- set text = "cast(" ~ expression ~ " as " ~ dbt.type_string() ~ ")" -%}
    case
        when {{ json_kind(text) }} = 'string' then {{ json_text(text, []) }}
        else {{ text }}
    end
{%- endmacro %}


{#- JSON text that is an object, '{}' where there is none; null for any other
    text: a column of attributes that cannot be read must not pass for empty. -#}
{% macro json_object_text(expression) -%}
    case
        when coalesce(trim({{ expression }}), '') = '' then '{}'
        when {{ json_kind(expression) }} = 'object' then {{ expression }}
    end
{%- endmacro %}
