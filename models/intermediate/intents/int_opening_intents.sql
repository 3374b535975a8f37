{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation whose opening speaks for some intent. The one it
-- speaks for most wins, by however little.

with

opening_intent_scores as (

    select * from {{ ref('int_opening_intent_scores') }}

),

overrides as (

    select * from {{ ref('intent_overrides') }}

),

-- People merge intents before the winner is chosen: two intents that are one
-- must not cost each other the margin.
merged_scores as (

    select
        opening_intent_scores.conversation_id,
        coalesce(overrides.target_intent_id, opening_intent_scores.intent_id)
            as intent_id,
        opening_intent_scores.intent_id as learned_intent_id,
        opening_intent_scores.score

    from opening_intent_scores

    left join overrides
        on opening_intent_scores.intent_id = overrides.intent_id
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
        cast(score - coalesce(next_score, 0) as {{ type_double() }})
            as intent_margin

    from ranked

    where place = 1

)

select * from winners
