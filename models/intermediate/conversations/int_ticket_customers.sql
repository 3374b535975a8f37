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

keyed as (

    select
        ticket_id,
        source_name,
        {{ external_key }} as external_key,
        {{ email_key }} as email_key,
        {{ requester_key }} as requester_key
    from int_tickets

),

ticket_customers as (

    select
        keyed.ticket_id,
        {{ first_customer_id(['by_external', 'by_email', 'by_requester']) }}
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
    left join int_customers as by_requester
        on
            keyed.source_name = by_requester.source_name
            and keyed.requester_key = by_requester.customer_key

)

select * from ticket_customers
