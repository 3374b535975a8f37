{{ config(
    slice_by = 'event_id',
    changes_by = ['event_id']
) }}

-- Grain: one row per product event; all enabled tools stacked.
{# A new tool is one more int_<tool>__product_events and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'event_id': 'string',
    'source_name': 'string',
    'customer_external_id': 'string',
    'customer_email': 'string',
    'anonymous_id': 'string',
    'event_name': 'string',
    'page_path': 'string',
    'properties': 'string',
    'occurred_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('event_sources') %}

with

product_events as (

    {{ union_sources('product_events', sources, columns) }}

)

select * from product_events
