-- Grain: one row per pair or triple of customer keys that one system has seen together;
-- all enabled tools stacked.
{# A new ticket or event tool is one more int_<tool>__customer_keys and its name in
    a switch var. Those of all trace tools come out of one chain,
    int_agent_runs__customer_keys. #}
{% set columns = {
    'source_name': 'string',
    'external_id': 'string',
    'email': 'string',
    'anonymous_id': 'string',
    'seen_at': 'timestamp',
} %}
{% set sources = ['agent_runs'] + var('ticket_sources') + var('event_sources') %}

with

customer_keys as (

    {{ union_sources('customer_keys', sources, columns) }}

)

select * from customer_keys
