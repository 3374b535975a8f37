-- Grain: one key of the crosswalk, for one system or (source_name is null) for
-- all of them. What the seed says in people's words, in the form of our keys.

with

customer_crosswalk as (

    select * from {{ ref('customer_crosswalk') }}

),

normalised as (

    select
        nullif(lower(trim(source_name)), '') as source_name,
        case lower(trim(key_type))
            when 'external_id'
                then {{ customer_key_of('external', 'key_value') }}
            when 'email' then {{ customer_key_of('email', 'key_value') }}
            when 'anonymous_id'
                then {{ customer_key_of('anonymous', 'key_value') }}
            when 'requester_id'
                then {{ own_customer_key(
                    'lower(trim(source_name))', 'key_value'
                ) }}
        end as customer_key,
        {{ customer_key_of('external', 'customer_id') }} as customer_id
    from customer_crosswalk

),

-- A key listed twice: the smaller id, so that every build agrees.
crosswalk as (

    select
        source_name,
        customer_key,
        min(customer_id) as customer_id
    from normalised
    where
        customer_key is not null
        and customer_id is not null
    group by 1, 2

)

select * from crosswalk
