-- Grain: one eligible, linkable conversation with a confidence whose window of
-- 168 hours has passed: what was promised beside what happened. Resolved is who
-- did not come back about the same issue and did nothing the agent advised
-- against: what scripts/fit_confidence learns from.

with

conversation_measures as (

    select * from {{ ref('int_conversation_measures') }}

),

contradictions as (

    select conversation_id

    from {{ ref('int_instructions') }}

    where is_contradicted

    group by 1

),

confidence_outcomes as (

    select
        conversation_measures.conversation_id,
        conversation_measures.intent_id,
        conversation_measures.resolution_confidence,
        least(
            cast(
                floor(conversation_measures.resolution_confidence * 10)
                as integer
            ) + 1,
            10
        ) as confidence_decile,
        not conversation_measures.has_recontact_168h
        and contradictions.conversation_id is null as is_resolved,
        conversation_measures.week_start_date

    from conversation_measures

    left join contradictions
        on
            conversation_measures.conversation_id
            = contradictions.conversation_id

    where
        conversation_measures.resolution_confidence is not null
        and conversation_measures.is_linkable
        and conversation_measures.is_mature_168h

)

select * from confidence_outcomes
