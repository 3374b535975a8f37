{#- A UTC timestamp from a time as SDKs log it: ISO text, a native timestamp, or
    (JavaScript) milliseconds since 1970. -#}
{% macro logged_time(expression) -%}
    {%- set text = "cast(" ~ expression ~ " as " ~ dbt.type_string() ~ ")" -%}
    coalesce(
        {{ utc_timestamp(text) }},
        {{ seconds_to_timestamp(
            dbt.safe_cast(text, 'double precision') ~ ' / 1000'
        ) }}
    )
{%- endmacro %}


{#- Logged JSON, null where it says nothing: '', 'null', '{}' or '[]'. SDKs send
    the first half of a run with empty outputs, which are no answer. -#}
{% macro logged_payload(expression) -%}
    {%- set text = json_of(expression) -%}
    case
        when trim({{ text }}) not in ('', 'null', '{}', '[]') then {{ text }}
    end
{%- endmacro %}
