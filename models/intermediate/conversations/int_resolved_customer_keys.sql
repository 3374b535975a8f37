-- Grain: one customer key that one system holds, and the best key that the
-- systems' own data ties it to (itself, when nothing does).

with

int_known_customer_keys as (

    select * from {{ ref('int_known_customer_keys') }}

),

int_customer_identifications as (

    select * from {{ ref('int_customer_identifications') }}

),

int_customer_emails as (

    select * from {{ ref('int_customer_emails') }}

),

external_keys as (

    select customer_key
    from int_known_customer_keys
    where customer_key like 'external:%'
    group by 1

),

-- Trace stores often hold as user id what an event system holds as anonymous
-- id, and the other way round: such an id is one id.
identified as (

    select
        int_known_customer_keys.source_name,
        int_known_customer_keys.customer_key,
        coalesce(
            int_customer_identifications.identified_key,
            external_keys.customer_key,
            int_known_customer_keys.customer_key
        ) as identified_key
    from int_known_customer_keys
    left join int_customer_identifications
        on
            int_known_customer_keys.key_value
            = int_customer_identifications.anonymous_value
            and (
                int_known_customer_keys.customer_key like 'external:%'
                or int_known_customer_keys.customer_key like 'anonymous:%'
            )
    left join external_keys
        on
            'external:' || int_known_customer_keys.key_value
            = external_keys.customer_key
            and int_known_customer_keys.customer_key like 'anonymous:%'

),

resolved_customer_keys as (

    select
        identified.source_name,
        identified.customer_key,
        coalesce(
            int_customer_emails.external_key, identified.identified_key
        ) as resolved_key
    from identified
    left join int_customer_emails
        on identified.identified_key = int_customer_emails.email_key

)

select * from resolved_customer_keys
