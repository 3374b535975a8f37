{#- A configured field of a span, as configured_field gives it. A place may also
    be `tags.<key>`: Datadog's tags are one list of "key:value" texts. -#}
{% macro datadog_field(places) -%}
    {%- set expressions = [] -%}
    {%- for place in ([places] if places is string else places) -%}
        {%- do expressions.append(
            json_tag_value('tags_json', text_literal(place[5:]))
            if place.startswith('tags.') else place
        ) -%}
    {%- endfor -%}
    {{ configured_field(expressions) }}
{%- endmacro %}


{#- The UTC time of a bigint in nanoseconds or milliseconds. A span's start_ns is
    nanoseconds, but the Export API's own example shows milliseconds: read as
    nanoseconds, all of them lie in the first hour of 1970. -#}
{% macro datadog_time(expression) -%}
    {{ nanoseconds_to_timestamp(
        "case when " ~ expression ~ " between 1 and 9000000000000 then "
        ~ expression ~ " * 1000000 when " ~ expression ~ " > 0 then "
        ~ expression ~ " end"
    ) }}
{%- endmacro %}


{#- What a span's input or output holds, as logged: its messages, else its value.
    Null for '' and for the notice that Datadog puts in place of a text too
    large to be sent: the customer never wrote it. -#}
{% macro datadog_payload(expression) -%}
    {%- set messages = json_text(expression, 'messages') -%}
    {%- set text = json_text(expression, 'value') -%}
    case
        when {{ json_kind(messages) }} = 'array' and {{ messages }} <> '[]'
            then {{ messages }}
        when {{ text }} not like '[This value has been dropped because %'
            then nullif({{ text }}, '')
    end
{%- endmacro %}


{#- One of a span's metrics as a number; a string or nothing gives null. -#}
{% macro datadog_metric(name) -%}
    {{ try_cast(json_text('metrics_json', name), 'double precision') }}
{%- endmacro %}
