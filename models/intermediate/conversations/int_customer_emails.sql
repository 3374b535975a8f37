-- Grain: one e-mail address that some system knows with an external id. An
-- address seen with two customers (a shared or a handed-on mailbox) names
-- neither: external_key is null and the address stays a customer of its own.

with

int_customer_keys as (

    select * from {{ ref('int_customer_keys') }}

),

int_customer_identifications as (

    select * from {{ ref('int_customer_identifications') }}

),

pairs as (

    select
        {{ customer_key_of('email', 'email') }} as email_key,
        {{ customer_key_of('external', 'external_id') }} as external_key,
        {{ customer_key_value('external_id') }} as external_value
    from int_customer_keys

),

resolved as (

    select
        pairs.email_key,
        coalesce(
            int_customer_identifications.identified_key, pairs.external_key
        ) as external_key
    from pairs
    left join int_customer_identifications
        on pairs.external_value = int_customer_identifications.anonymous_value
    where
        pairs.email_key is not null
        and pairs.external_key is not null

),

customer_emails as (

    select
        email_key,
        case
            when min(external_key) = max(external_key) then min(external_key)
        end as external_key,
        count(distinct external_key) as external_key_count
    from resolved
    where external_key like 'external:%'
    group by 1

)

select * from customer_emails
