{#- Logged JSON, null where it says nothing: '', 'null', '{}' or '[]'. SDKs send
    the first half of a run with empty outputs, which are no answer. -#}
{% macro logged_payload(expression) -%}
    {%- set text = json_of(expression) -%}
    case
        when trim({{ text }}) not in ('', 'null', '{}', '[]') then {{ text }}
    end
{%- endmacro %}
