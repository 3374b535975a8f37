{#- The value of a customer key as systems may spell it differently: trimmed,
    lower case, without the "$device:" that Mixpanel puts before a device's id
    and an agent may log, null when blank or one of the var unknown_customer_ids.
    One system's "U-77" and another's "u-77" were two customers without it, and
    every "anonymous" was one. -#}
{% macro customer_key_value(expression) -%}
    {#- A device's prefix and an unknown id go in one replacement: of a list this
        long DuckDB makes a join, and computes the id anew for each of its uses. -#}
    {%- set unknown = [] -%}
    {%- for id in var('unknown_customer_ids') -%}
        {%- do unknown.append(modules.re.escape(id | string | lower)) -%}
    {%- endfor -%}
    nullif({{ text_replace(
        small_letters("trim(cast(" ~ expression ~ " as " ~ dbt.type_string() ~ "))"),
        '^([$]device:)?((' ~ unknown | join('|') ~ ')$)?',
        ''
    ) }}, '')
{%- endmacro %}


{#- The key under which int_customers knows a raw id, e.g. 'external:u-77'.
    An id that is an e-mail address is the key 'email:...' whatever the kind:
    many teams send the address as user id.
      kind   'external', 'email' or 'anonymous'
      value  a column that holds its customer_key_value already -#}
{% macro customer_key_of(kind, expression, value=none) -%}
    case
        when {{ expression }} like '%@%' then 'email:'
        else '{{ kind }}:'
    end || {{ value or customer_key_value(expression) }}
{%- endmacro %}


{#- The key of a person whom only one system knows, e.g. 'zendesk:4711'. Two
    help desks number their users alike, so the tool is part of it.
      value  as in customer_key_of -#}
{% macro own_customer_key(source_name, expression, value=none) -%}
    {{ source_name }} || ':' || {{ value or customer_key_value(expression) }}
{%- endmacro %}


{#- Which of several keys names the customer: the smallest. A key in the crosswalk
    comes before a better key that is not: people have the last word.
      key_number   1 for the best key, up to 9 -#}
{% macro key_rank(key_number, resolved_by) -%}
    {{ key_number }}
        + case when {{ resolved_by }} = 'crosswalk' then 0 else 10 end
{%- endmacro %}
