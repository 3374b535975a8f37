-- Grain: one conversation whose opening holds a term that some intent knows. The
-- intent whose terms weigh most wins, by however little.

with

opening_terms as (

    select * from {{ ref('int_opening_terms') }}

),

intent_terms as (

    select *
    from {{ ref('int_intent_terms') }}
    where retired_at_fit is null

),

overrides as (

    select * from {{ ref('intent_overrides') }}

),

-- Sums of decimals do not depend on the order of their rows; sums of floats
-- do, and a tie would fall differently from build to build.
scores as (

    select
        opening_terms.conversation_id,
        intent_terms.intent_id as learned_intent_id,
        sum(
            cast(opening_terms.weight * intent_terms.weight as decimal(18, 9))
        ) as score

    from opening_terms

    inner join intent_terms
        on opening_terms.term = intent_terms.term

    group by 1, 2

),

-- People merge intents before the winner is chosen: two intents that are one
-- must not cost each other the margin.
merged_scores as (

    select
        scores.conversation_id,
        coalesce(overrides.target_intent_id, scores.learned_intent_id)
            as intent_id,
        scores.learned_intent_id,
        scores.score

    from scores

    left join overrides
        on scores.learned_intent_id = overrides.intent_id
        and overrides.action = 'merge'

),

best_of_each_intent as (

    select
        *,
        row_number() over (
            partition by conversation_id, intent_id
            order by score desc, learned_intent_id asc
        ) as place_in_intent

    from merged_scores

),

ranked as (

    select
        conversation_id,
        intent_id,
        learned_intent_id,
        score,
        row_number() over (
            partition by conversation_id
            order by score desc, intent_id asc
        ) as place,
        lead(score) over (
            partition by conversation_id
            order by score desc, intent_id asc
        ) as next_score

    from best_of_each_intent

    where place_in_intent = 1

),

winners as (

    select
        conversation_id,
        intent_id,
        intent_id <> learned_intent_id as is_merged,
        cast(score - coalesce(next_score, 0) as double precision)
            as intent_margin

    from ranked

    where place = 1

)

select * from winners
