{% set external_key = customer_key_of('external', 'customer_external_id') -%}
{%- set email_key = customer_key_of('email', 'customer_email') -%}
{%- set requester_key = own_customer_key('source_name', 'requester_id') -%}
{{ config(
    slice_by = 'ticket_id',
    slice_through = {
        'int_customers': [
            'customer_key', 'int_tickets', [external_key, email_key, requester_key]
        ],
    }
) }}

-- Grain: one ticket. A requester without external id and e-mail is still one
-- person to the help desk: its own id is the key. No requester: null.

with

int_tickets as (

    select * from {{ ref('int_tickets') }}

),

int_customers as (

    select * from {{ ref('int_customers') }}

),

customer_keys as (
    {%- for key in [external_key, email_key, requester_key] %}

    select
        ticket_id,
        source_name,
        {{ key }} as customer_key,
        {{ loop.index }} as key_number

    from int_tickets
    {{ "\n    union all" if not loop.last }}
    {%- endfor %}

),

-- All keys at once: looked up one by one, they would need int_customers in
-- memory three times.
found as (

    select
        customer_keys.ticket_id,
        int_customers.customer_id,
        {{ key_rank('customer_keys.key_number', 'int_customers.resolved_by') }}
            as key_rank

    from customer_keys

    left join int_customers
        on
            customer_keys.source_name = int_customers.source_name
            and customer_keys.customer_key = int_customers.customer_key

),

ticket_customers as (

    select
        ticket_id,
        {{ first_known('customer_id', 'key_rank') }} as customer_id

    from found

    group by 1

)

select * from ticket_customers
