{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id', 'week_start_date']
) }}

-- Grain: one eligible conversation with everything that weekly numbers count:
-- flags and durations, each decided upstream.

with

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

recontact_flags as (

    select * from {{ ref('int_conversation_recontact_flags') }}

),

resolution_confidence as (

    select * from {{ ref('int_resolution_confidence') }}

),

outcomes as (

    select * from {{ ref('int_conversation_outcomes') }}

),

escalations as (

    select * from {{ ref('int_escalations') }}

),

missed_escalations as (

    select * from {{ ref('int_missed_escalations') }}

),

instruction_counts as (

    select * from {{ ref('int_conversation_instruction_counts') }}

),

csat as (

    select * from {{ ref('int_conversation_csat') }}

),

resurveys as (

    select * from {{ ref('int_conversation_resurveys') }}

),

conversation_measures as (

    select
        conversations.conversation_id,
        conversation_intents.intent_id,
        outcomes.outcome,
        conversations.week_start_date,

        ---------- state
        conversations.is_closed,
        conversations.is_linkable,
        outcomes.outcome not in ('open', 'immature') as is_window_passed,
        coalesce(recontact_flags.is_mature, false) as is_mature,
        coalesce(recontact_flags.is_mature_24h, false) as is_mature_24h,
        coalesce(recontact_flags.is_mature_168h, false) as is_mature_168h,

        ---------- re-contact
        coalesce(recontact_flags.has_recontact, false) as has_recontact,
        coalesce(recontact_flags.has_recontact_24h, false) as has_recontact_24h,
        coalesce(recontact_flags.has_recontact_168h, false)
            as has_recontact_168h,
        coalesce(recontact_flags.has_strict_recontact, false)
            as has_strict_recontact,
        coalesce(recontact_flags.has_any_recontact, false)
            as has_any_recontact,
        recontact_flags.time_to_recontact_seconds,
        case
            when conversations.is_closed
                then {{ seconds_between(
                    'conversations.opened_at', 'conversations.resolved_at'
                ) }}
        end as time_to_resolution_seconds,

        ---------- deflection and confidence
        conversations.is_closed
        and not conversations.is_human_handled
        and not conversations.is_handed_to_human as is_deflected,
        case
            when conversations.is_closed
                then resolution_confidence.resolution_confidence
        end as resolution_confidence,

        ---------- escalation
        escalations.conversation_id is not null as is_escalated,
        coalesce(escalations.has_human_reply, false) as has_human_reply,
        coalesce(escalations.is_reexplained, false) as is_reexplained,
        coalesce(escalations.has_handoff_note, false) as has_handoff_note,
        coalesce(escalations.is_abandoned_in_queue, false)
            as is_abandoned_in_queue,
        escalations.time_to_first_human_reply_seconds,
        missed_escalations.conversation_id is not null as has_asked_for_human,
        coalesce(missed_escalations.is_missed, false) as is_missed_escalation,

        ---------- downstream actions
        coalesce(instruction_counts.instruction_count, 0) as instruction_count,
        coalesce(instruction_counts.followed_count, 0) as followed_count,
        coalesce(instruction_counts.expected_instruction_count, 0)
            as expected_instruction_count,
        coalesce(instruction_counts.followed_within_session_count, 0)
            as followed_within_session_count,
        coalesce(instruction_counts.already_done_count, 0)
            as already_done_count,
        coalesce(instruction_counts.compared_instruction_count, 0)
            as compared_instruction_count,
        coalesce(instruction_counts.followed_above_baseline, 0.0)
            as followed_above_baseline,
        instruction_counts.time_to_action_seconds,

        ---------- satisfaction
        coalesce(csat.csat_offered_count, 0) as csat_offered_count,
        coalesce(csat.csat_answered_count, 0) as csat_answered_count,
        coalesce(csat.csat_positive_count, 0) as csat_positive_count,
        resurveys.conversation_id is not null as is_resurveyed,
        coalesce(resurveys.is_positive, false) as is_resurvey_positive

    from conversations

    inner join conversation_intents
        on conversations.conversation_id = conversation_intents.conversation_id

    inner join outcomes
        on conversations.conversation_id = outcomes.conversation_id

    left join recontact_flags
        on conversations.conversation_id = recontact_flags.conversation_id

    left join resolution_confidence
        on conversations.conversation_id = resolution_confidence.conversation_id

    left join escalations
        on conversations.conversation_id = escalations.conversation_id

    left join missed_escalations
        on conversations.conversation_id = missed_escalations.conversation_id

    left join instruction_counts
        on conversations.conversation_id = instruction_counts.conversation_id

    left join csat
        on conversations.conversation_id = csat.conversation_id

    left join resurveys
        on conversations.conversation_id = resurveys.conversation_id

)

select * from conversation_measures
