-- Grain: one week with an eligible conversation whose opening some intent knows.
-- How far the mix of intents has moved from the openings they were learned from:
-- the population stability index, sum of (week - fit) * ln(week / fit) over the
-- intents, shares with half a conversation added to each count. A small week
-- differs by chance alone: on average by (intents - 1) * (1 / week + 1 / fit).

with

opening_intents as (

    select * from {{ ref('int_opening_intents') }}

),

intent_terms as (

    select *
    from {{ ref('int_intent_terms') }}
    where retired_at_fit is null

),

overrides as (

    select * from {{ ref('intent_overrides') }}
    where action = 'merge'

),

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

learned_intents as (

    select
        intent_id,
        max(opening_count) as opening_count

    from intent_terms

    group by 1

),

fit_counts as (

    select
        coalesce(overrides.target_intent_id, learned_intents.intent_id)
            as intent_id,
        sum(learned_intents.opening_count) as fit_count

    from learned_intents

    left join overrides
        on learned_intents.intent_id = overrides.intent_id

    group by 1

),

fit_shares as (

    select
        intent_id,
        count(*) over () as intent_count,
        sum(fit_count) over () as fit_total,
        (fit_count + 0.5e0) / (sum(fit_count) over () + 0.5e0 * count(*) over ())
            as fit_share

    from fit_counts

),

week_counts as (

    select
        conversations.week_start_date,
        opening_intents.intent_id,
        count(*) as conversation_count

    from conversations

    inner join opening_intents
        on conversations.conversation_id = opening_intents.conversation_id

    group by 1, 2

),

weeks as (

    select
        week_start_date,
        sum(conversation_count) as week_total

    from week_counts

    group by 1

),

shares as (

    select
        weeks.week_start_date,
        weeks.week_total,
        fit_shares.intent_count,
        fit_shares.fit_total,
        fit_shares.fit_share,
        (coalesce(week_counts.conversation_count, 0) + 0.5e0)
        / (weeks.week_total + 0.5e0 * fit_shares.intent_count) as week_share

    from weeks

    cross join fit_shares

    left join week_counts
        on weeks.week_start_date = week_counts.week_start_date
        and fit_shares.intent_id = week_counts.intent_id

),

-- Sums of decimals do not depend on the order of their rows.
stability as (

    select
        week_start_date,
        cast(sum(
            cast(
                (week_share - fit_share) * ln(week_share / fit_share)
                as decimal(18, 12)
            )
        ) as {{ type_double() }}) as population_stability_index,
        cast(
            (max(intent_count) - 1)
            * (1e0 / max(week_total) + 1e0 / max(fit_total))
            as {{ type_double() }}
        ) as chance_stability_index

    from shares

    group by 1

)

select * from stability
