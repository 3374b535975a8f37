-- Grain: one row per pair or triple of customer keys that one system has seen together;
-- all enabled tools stacked.
{# A new tool is one more int_<tool>__customer_keys and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'source_name': 'string',
    'external_id': 'string',
    'email': 'string',
    'anonymous_id': 'string',
    'seen_at': 'timestamp',
} %}
{% set sources = var('trace_sources') + var('ticket_sources') + var('event_sources') %}

with

customer_keys as (

    {{ union_sources('customer_keys', sources, columns) }}

)

select * from customer_keys
