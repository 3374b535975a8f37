{#- The first filled value of an ordered list of places in an Amplitude event: a
    place is `event_properties.<key>`, `user_properties.<key>`, or else an SQL
    expression over the columns at hand. -#}
{% macro amplitude_field(places) -%}
    {%- set found = [] -%}
    {%- for place in ([places] if places is string else places) -%}
        {%- do found.append(
            json_text('user_properties', place[16:])
            if place.startswith('user_properties.') else place
        ) -%}
    {%- endfor -%}
    {{ configured_field(found, 'event_properties', 'event_properties') }}
{%- endmacro %}
