-- Grain: one conversation; every one has a row. The intent whose terms weigh
-- most in the opening wins. Where it does not lead clearly, the conversation
-- is 'unclassified', or takes the intent of the one it continues.

with

conversations as (

    select * from {{ ref('int_conversations') }}

),

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
        ranked.conversation_id,
        ranked.intent_id,
        ranked.intent_id <> ranked.learned_intent_id as is_merged,
        overrides.intent_id is not null as is_hidden,
        cast(
            ranked.score - coalesce(ranked.next_score, 0) as double precision
        ) as intent_margin

    from ranked

    left join overrides
        on ranked.intent_id = overrides.intent_id
        and overrides.action = 'hide'

    where ranked.place = 1

),

decided as (

    select
        conversations.conversation_id,
        conversations.thread_id,
        conversations.conversation_number,
        winners.intent_margin,
        case
            when
                winners.intent_margin >= {{ var('intent_min_margin') }}
                and not winners.is_hidden
                then winners.intent_id
        end as intent_id,
        case
            when
                winners.conversation_id is null
                or winners.intent_margin < {{ var('intent_min_margin') }}
                then 'none'
            when winners.is_hidden or winners.is_merged then 'override'
            else 'model'
        end as intent_source

    from conversations

    left join winners
        on conversations.conversation_id = winners.conversation_id

),

-- Within a thread, each conversation with an intent begins a run that those
-- after it belong to until the next one with an intent.
runs as (

    select
        *,
        count(intent_id) over (
            partition by thread_id
            order by conversation_number, conversation_id
            rows between unbounded preceding and current row
        ) as run_number

    from decided

),

continued as (

    select
        *,
        max(intent_id) over (
            partition by thread_id, run_number
        ) as run_intent_id

    from runs

),

final as (

    select
        conversation_id,
        case
            when intent_id is not null then intent_id
            when intent_source = 'none' and run_intent_id is not null
                then run_intent_id
            else 'unclassified'
        end as intent_id,
        intent_margin,
        case
            when intent_source = 'none' and run_intent_id is not null
                then 'previous_conversation'
            else intent_source
        end as intent_source

    from continued

)

select * from final
