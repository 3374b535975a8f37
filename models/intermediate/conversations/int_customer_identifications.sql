-- Grain: one anonymous id that was later identified. Seen with several users,
-- it belongs to the first: who logs in later on a shared device has not done
-- what was done on it before. An id identified as an id that was itself
-- identified belongs to the last of the two; longer chains stop there.

with

int_customer_keys as (

    select * from {{ ref('int_customer_keys') }}

),

pairs as (

    select
        {{ customer_key_value('anonymous_id') }} as anonymous_value,
        coalesce(
            {{ customer_key_of('external', 'external_id') }},
            {{ customer_key_of('email', 'email') }}
        ) as identified_key,
        coalesce(
            {{ customer_key_value('external_id') }},
            {{ customer_key_value('email') }}
        ) as identified_value,
        case
            when {{ customer_key_value('external_id') }} is null then 2
            else 1
        end as kind_rank,
        seen_at
    from int_customer_keys

),

first_seen as (

    select
        anonymous_value,
        identified_key,
        identified_value,
        min(kind_rank) as kind_rank,
        min(seen_at) as first_seen_at
    from pairs
    where
        anonymous_value is not null
        and identified_key is not null
        and anonymous_value <> identified_value
    group by 1, 2, 3

),

ranked as (

    select
        first_seen.*,
        row_number() over (
            partition by anonymous_value
            order by
                kind_rank,
                case when first_seen_at is null then 1 else 0 end,
                first_seen_at,
                identified_key
        ) as identification_rank
    from first_seen

),

earliest as (

    select * from ranked
    where identification_rank = 1

),

-- Two ids that were each identified as the other end as the smaller one.
customer_identifications as (

    select
        earliest.anonymous_value,
        case
            when next_step.identified_key is null
                then earliest.identified_key
            when
                next_step.identified_value = earliest.anonymous_value
                and earliest.identified_value < earliest.anonymous_value
                then earliest.identified_key
            else next_step.identified_key
        end as identified_key
    from earliest
    left join earliest as next_step
        on earliest.identified_value = next_step.anonymous_value

)

select * from customer_identifications
