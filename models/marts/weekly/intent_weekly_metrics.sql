-- Grain: one intent and week.

with

weekly_metrics as (

    select * from {{ ref('int_weekly_metrics') }}
    where intent_id <> 'all'

),

intents as (

    select * from {{ ref('intents') }}

),

intent_weekly_metrics as (

    select
        weekly_metrics.intent_id
        || '|'
        || cast(weekly_metrics.week_start_date as {{ dbt.type_string() }})
            as intent_week_id,
        weekly_metrics.intent_id,
        coalesce(intents.intent_label, weekly_metrics.intent_id)
            as intent_label,
        weekly_metrics.week_start_date,
        weekly_metrics.eligible_conversations,
        weekly_metrics.closed_conversations,
        weekly_metrics.mature_conversations,
        weekly_metrics.immature_conversations,
        weekly_metrics.unlinkable_conversations,
        weekly_metrics.unsettled_conversations,
        weekly_metrics.is_small_sample,
        weekly_metrics.is_mature,
        weekly_metrics.recontacts,
        weekly_metrics.escalations,
        weekly_metrics.answered_escalations,
        weekly_metrics.instructions,
        weekly_metrics.followed_instructions,
        weekly_metrics.already_done_instructions,
        weekly_metrics.deflected_conversations,
        weekly_metrics.volume_share,
        weekly_metrics.cumulative_volume_share,
        weekly_metrics.resolution_confidence,
        weekly_metrics.low_confidence_share,
        weekly_metrics.confidence_coverage,
        weekly_metrics.recontact_rate,
        weekly_metrics.recontact_rate_24h,
        weekly_metrics.recontact_rate_168h,
        weekly_metrics.recontact_rate_strict,
        weekly_metrics.recontact_rate_any,
        weekly_metrics.escalation_quality,
        weekly_metrics.handoff_note_rate,
        weekly_metrics.queue_abandonment_rate,
        weekly_metrics.missed_escalation_rate,
        weekly_metrics.escalation_solved_rate,
        weekly_metrics.median_time_to_first_human_reply_seconds,
        weekly_metrics.median_time_to_resolution_seconds,
        weekly_metrics.median_time_to_recontact_seconds,
        weekly_metrics.recontact_to_resolution_ratio,
        weekly_metrics.restricted_mean_time_to_recontact_seconds,
        weekly_metrics.fast_quartile_recontact_rate,
        weekly_metrics.downstream_action_rate,
        weekly_metrics.followed_within_session_rate,
        weekly_metrics.median_time_to_action_seconds,
        weekly_metrics.downstream_action_lift,
        weekly_metrics.deflection_rate,
        weekly_metrics.deflected_recontact_rate,
        weekly_metrics.true_resolution_rate,
        weekly_metrics.resolution_rate,
        weekly_metrics.resolution_rate_low,
        weekly_metrics.resolution_rate_headline,
        weekly_metrics.resolution_rate_high,
        weekly_metrics.csat_response_rate,
        weekly_metrics.csat_positive_rate,
        weekly_metrics.csat_resurveyed_positive_rate,
        weekly_metrics.resolution_confidence_lower,
        weekly_metrics.resolution_confidence_upper,
        weekly_metrics.recontact_rate_lower,
        weekly_metrics.recontact_rate_upper,
        weekly_metrics.escalation_quality_lower,
        weekly_metrics.escalation_quality_upper,
        weekly_metrics.downstream_action_rate_lower,
        weekly_metrics.downstream_action_rate_upper,
        weekly_metrics.deflection_rate_lower,
        weekly_metrics.deflection_rate_upper,
        weekly_metrics.true_resolution_rate_lower,
        weekly_metrics.true_resolution_rate_upper,
        weekly_metrics.breach_count

    from weekly_metrics

    left join intents
        on weekly_metrics.intent_id = intents.intent_id

)

select * from intent_weekly_metrics
