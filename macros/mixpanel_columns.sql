{#- A list of places in Mixpanel's properties, as Airbyte's columns have them. It
    drops the leading "$", and where a row then has two properties of one name
    (Mixpanel's $user_id and your user_id), yours gets a "_" before it. -#}
{% macro mixpanel_columns(places) -%}
    {%- set found = [] -%}
    {%- for place in ([places] if places is string else places) -%}
        {%- if place.startswith('properties.$') -%}
            {%- do found.append('properties.' ~ place[12:]) -%}
        {%- elif place.startswith('properties.') -%}
            {%- do found.append('properties._' ~ place[11:]) -%}
            {%- do found.append(place) -%}
        {%- else -%}
            {%- do found.append(place) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
