{{ config(enabled = 'mixpanel' in var('event_sources')) }}

-- Grain: one pair of keys that Mixpanel has seen together, at its first time.
-- anonymous_id is the id from before, external_id the one it was identified as.

with

int_mixpanel__product_events as (

    select * from {{ ref('int_mixpanel__product_events') }}

),

int_mixpanel__identity_pairs as (

    select * from {{ ref('int_mixpanel__identity_pairs') }}

),

identified as (

    select
        second_id as external_id,
        cast(null as {{ dbt.type_string() }}) as email,
        {{ text_replace('first_id', '^[$]device:', '') }} as anonymous_id,
        min(seen_at) as seen_at
    from int_mixpanel__identity_pairs
    group by 1, 2, 3

),

emailed as (

    select
        customer_external_id as external_id,
        customer_email as email,
        case when customer_external_id is null then anonymous_id end
            as anonymous_id,
        min(occurred_at) as seen_at
    from int_mixpanel__product_events
    where customer_email is not null
    group by 1, 2, 3

),

stacked as (

    select * from identified
    union all
    select * from emailed

),

customer_keys as (

    select
        'mixpanel' as source_name,
        external_id,
        email,
        anonymous_id,
        seen_at
    from stacked

)

select * from customer_keys
