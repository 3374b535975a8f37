-- Conversations in = outcomes out: every eligible conversation has exactly one.

with

eligible as (

    select conversation_id from {{ ref('int_conversations') }}
    where is_eligible

),

outcomes as (

    select
        conversation_id,
        count(*) as outcome_count

    from {{ ref('int_conversation_outcomes') }}

    group by 1

)

select
    coalesce(eligible.conversation_id, outcomes.conversation_id)
        as conversation_id,
    outcomes.outcome_count

from eligible

full outer join outcomes
    on eligible.conversation_id = outcomes.conversation_id

where
    eligible.conversation_id is null
    or outcomes.conversation_id is null
    or outcomes.outcome_count <> 1
