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

keyed as (

    select
        event_id,
        source_name,
        {{ external_key }} as external_key,
        {{ email_key }} as email_key,
        {{ anonymous_key }} as anonymous_key
    from int_product_events

),

product_event_customers as (

    select
        keyed.event_id,
        {{ first_customer_id(['by_external', 'by_email', 'by_anonymous']) }}
            as customer_id
    from keyed
    left join int_customers as by_external
        on
            keyed.source_name = by_external.source_name
            and keyed.external_key = by_external.customer_key
    left join int_customers as by_email
        on
            keyed.source_name = by_email.source_name
            and keyed.email_key = by_email.customer_key
    left join int_customers as by_anonymous
        on
            keyed.source_name = by_anonymous.source_name
            and keyed.anonymous_key = by_anonymous.customer_key

)

select * from product_event_customers
