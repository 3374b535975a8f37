{% set external_key = customer_key_of('external', 'customer_external_id') -%}
{%- set email_key = customer_key_of('email', 'customer_email') -%}
{%- set anonymous_key = customer_key_of('anonymous', 'anonymous_id') -%}
{{ config(
    slice_by = 'event_id',
    changes_by = ['event_id'],
    slice_through = {
        'int_customers': [
            'customer_key', 'int_product_events', [external_key, email_key, anonymous_key]
        ],
    }
) }}

-- Grain: one product event. customer_id is null when the event names nobody.

with

int_product_events as (

    select * from {{ ref('int_product_events') }}

),

int_customers as (

    select * from {{ ref('int_customers') }}

),

customer_keys as (
    {%- for key in [external_key, email_key, anonymous_key] %}

    select
        event_id,
        source_name,
        {{ key }} as customer_key,
        {{ loop.index }} as key_number

    from int_product_events
    {{ "\n    union all" if not loop.last }}
    {%- endfor %}

),

-- All keys at once: looked up one by one, they would need int_customers in
-- memory three times.
found as (

    select
        customer_keys.event_id,
        int_customers.customer_id,
        {{ key_rank('customer_keys.key_number', 'int_customers.resolved_by') }}
            as key_rank

    from customer_keys

    left join int_customers
        on
            customer_keys.source_name = int_customers.source_name
            and customer_keys.customer_key = int_customers.customer_key

),

product_event_customers as (

    select
        event_id,
        {{ first_known('customer_id', 'key_rank') }} as customer_id

    from found

    group by 1

)

select * from product_event_customers
