{{ config(enabled = 'warehouse_events' in var('event_sources')) }}

-- Grain: one combination of customer keys that an event carried together, at its
-- first time.

with

product_events as (

    select * from {{ ref('int_warehouse_events__product_events') }}

),

customer_keys as (

    select
        'warehouse_events' as source_name,
        customer_external_id as external_id,
        customer_email as email,
        anonymous_id,
        min(occurred_at) as seen_at

    from product_events

    where
        (customer_external_id is not null and customer_email is not null)
        or (customer_external_id is not null and anonymous_id is not null)
        or (customer_email is not null and anonymous_id is not null)

    group by 1, 2, 3, 4

)

select * from customer_keys
