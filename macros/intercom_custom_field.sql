{#- configured_field over a row that Fivetran landed. It gives each custom
    attribute a column, custom_<name in lower case, blanks as _>, so the place
    `custom_attributes.Session ID` is looked up there, in the column row_as_json.
    An attribute that the company does not have is null and breaks nothing. -#}
{% macro intercom_custom_field(places) -%}
    {%- set prefix = 'custom_attributes.' -%}
    {%- set columns = [] -%}
    {%- for place in ([places] if places is string else places) -%}
        {%- do columns.append(
            'row.custom_'
                ~ (place[prefix | length:] | lower | replace(' ', '_'))
            if place.startswith(prefix) else place
        ) -%}
    {%- endfor -%}
    {{ configured_field(columns, 'row', 'row_as_json') }}
{%- endmacro %}
