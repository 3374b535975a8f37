-- Grain: one week of eligible conversations: do the intents still fit them?

with

drift as (

    select * from {{ ref('int_weekly_intent_drift') }}

),

intent_drift as (

    select
        week_start_date,
        cast(eligible_conversations as bigint) as eligible_conversations,
        cast(unclassified_conversations as bigint)
            as unclassified_conversations,
        cast(small_margin_conversations as bigint)
            as small_margin_conversations,
        unclassified_share,
        small_margin_share,
        population_stability_index,
        chance_stability_index,
        is_refit_due

    from drift

)

select * from intent_drift
