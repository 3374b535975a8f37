-- Grain: one pair or triple of keys that a session knew together. A session
-- that began anonymous and went on logged in ties the two.

with

trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

customer_keys as (

    select
        source_name,
        customer_external_id as external_id,
        customer_email as email,
        customer_anonymous_id as anonymous_id,
        max(ended_at) as seen_at

    from trace_sessions

    where
        case when customer_external_id is not null then 1 else 0 end
        + case when customer_email is not null then 1 else 0 end
        + case when customer_anonymous_id is not null then 1 else 0 end
        >= 2

    group by 1, 2, 3, 4

)

select * from customer_keys
