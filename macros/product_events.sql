{#- What every event tool's staging needs, written once. -#}


{#- The path of an open page: an address without host, query and closing slash,
    because addresses carry personal data. A page behind "#/" is how single-page
    products name it; what follows any other "#" is dropped. A name that is no
    address stays as it is; null stays null. -#}
{% macro page_path_of(expression) -%}
    {%- set without_host = text_replace(
        expression, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*', ''
    ) -%}
    {%- set behind_hash = text_replace(without_host, '^/?#!?/', '/') -%}
    {%- set without_query = text_replace(behind_hash, '[?#].*$', '') -%}
    case
        when {{ expression }} is not null
            then coalesce(
                nullif({{ text_replace(without_query, '/+$', '') }}, ''), '/'
            )
    end
{%- endmacro %}


{#- The name of an event as the product sends it. A page view has a fixed name
    in each tool; all arrive under the first of the var page_view_names, or one
    row of the seed downstream_actions would fit one tool only. -#}
{% macro event_name_of(expression) -%}
    {%- set names = [] -%}
    {%- for name in var('page_view_names') -%}
        {%- do names.append(text_literal(name | lower)) -%}
    {%- endfor -%}
    case
        when {{ small_letters(expression) }} in ({{ names | join(', ') }})
            then {{ text_literal(var('page_view_names')[0]) }}
        else {{ expression }}
    end
{%- endmacro %}


{#- Why an event cannot be used; null when it can. Reads event_name,
    occurred_at and loaded_at, and the given id. -#}
{% macro event_quarantine_reason(id_expression) -%}
    case
        when {{ id_expression }} is null then 'missing_id'
        when event_name is null then 'missing_name'
        when occurred_at is null or loaded_at is null then 'unreadable_time'
        when occurred_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
            then 'time_after_load'
    end
{%- endmacro %}
