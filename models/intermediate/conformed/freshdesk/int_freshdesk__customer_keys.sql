{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one contact with a key that other systems may know. Freshdesk knows no
-- anonymous ids of other systems.

with

accounts as (

    select * from {{ ref('int_freshdesk__accounts') }}

),

customer_keys as (

    select
        'freshdesk' as source_name,
        customer_external_id as external_id,
        customer_email as email,
        cast(null as {{ dbt.type_string() }}) as anonymous_id,
        coalesce(created_at, updated_at) as seen_at

    from accounts

    where
        author_role = 'customer'
        and (customer_external_id is not null or customer_email is not null)

)

select * from customer_keys
