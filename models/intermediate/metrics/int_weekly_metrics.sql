-- Grain: one intent (or 'all') and week, its metrics side by side.
{% set metrics = [
    'resolution_confidence', 'low_confidence_share', 'confidence_coverage',
    'recontact_rate', 'recontact_rate_24h', 'recontact_rate_168h',
    'recontact_rate_strict', 'recontact_rate_any',
    'escalation_quality', 'handoff_note_rate', 'queue_abandonment_rate',
    'missed_escalation_rate', 'escalation_solved_rate',
    'median_time_to_first_human_reply_seconds',
    'median_time_to_resolution_seconds', 'median_time_to_recontact_seconds',
    'recontact_to_resolution_ratio',
    'restricted_mean_time_to_recontact_seconds',
    'fast_quartile_recontact_rate',
    'downstream_action_rate', 'followed_within_session_rate',
    'median_time_to_action_seconds', 'downstream_action_lift',
    'deflection_rate', 'deflected_recontact_rate', 'true_resolution_rate',
    'resolution_rate', 'resolution_rate_low', 'resolution_rate_headline',
    'resolution_rate_high',
    'csat_response_rate', 'csat_positive_rate',
    'csat_resurveyed_positive_rate',
] %}
{% set with_interval = [
    'resolution_confidence', 'recontact_rate', 'escalation_quality',
    'downstream_action_rate', 'deflection_rate', 'true_resolution_rate',
] %}

with

metric_values as (

    select * from {{ ref('int_metric_values') }}

),

intent_week_counts as (

    select * from {{ ref('int_intent_week_counts') }}

),

weeks as (

    select * from {{ ref('int_weeks') }}

),

side_by_side as (

    select
        intent_id,
        week_start_date,
        {%- for metric in metrics %}
        max(
            case when metric_name = '{{ metric }}' then metric_value end
        ) as {{ metric }},
        {%- endfor %}
        {%- for metric in with_interval %}
        max(
            case when metric_name = '{{ metric }}' then lower_bound end
        ) as {{ metric }}_lower,
        max(
            case when metric_name = '{{ metric }}' then upper_bound end
        ) as {{ metric }}_upper,
        {%- endfor %}
        count(case when is_breach then 1 end) as breach_count

    from metric_values

    group by 1, 2

),

shares as (

    select
        counts.*,
        {{ ratio('counts.eligible_count', 'totals.eligible_count') }}
            as volume_share,
        sum(
            {{ ratio('counts.eligible_count', 'totals.eligible_count') }}
        ) over (
            partition by counts.week_start_date, counts.intent_id = 'all'
            order by
                case when counts.intent_id = 'unclassified' then 1 else 0 end asc,
                counts.eligible_count desc,
                counts.intent_id asc
            rows between unbounded preceding and current row
        ) as cumulative_volume_share

    from intent_week_counts as counts

    inner join intent_week_counts as totals
        on
            counts.week_start_date = totals.week_start_date
            and totals.intent_id = 'all'

),

weekly_metrics as (

    select
        shares.intent_id,
        shares.week_start_date,
        shares.eligible_count as eligible_conversations,
        shares.closed_count as closed_conversations,
        shares.mature_count as mature_conversations,
        shares.eligible_count - shares.window_passed_count
            as immature_conversations,
        shares.unlinkable_count as unlinkable_conversations,
        weeks.unsettled_count as unsettled_conversations,
        shares.mature_count < {{ var('min_sample') }} as is_small_sample,
        weeks.unsettled_count = 0
        and {{ dbt.dateadd(
            'hour', var('recontact_window_hours'), 'weeks.week_ended_at'
        ) }} <= weeks.data_as_of as is_mature,
        shares.recontact_count as recontacts,
        shares.escalation_count as escalations,
        shares.answered_escalation_count as answered_escalations,
        shares.instruction_count as instructions,
        shares.followed_count as followed_instructions,
        shares.already_done_count as already_done_instructions,
        shares.deflected_count as deflected_conversations,
        shares.volume_share,
        shares.cumulative_volume_share,
        {%- for metric in metrics %}
        side_by_side.{{ metric }},
        {%- endfor %}
        {%- for metric in with_interval %}
        side_by_side.{{ metric }}_lower,
        side_by_side.{{ metric }}_upper,
        {%- endfor %}
        coalesce(side_by_side.breach_count, 0) as breach_count

    from shares

    inner join weeks
        on shares.week_start_date = weeks.week_start_date

    left join side_by_side
        on
            shares.intent_id = side_by_side.intent_id
            and shares.week_start_date = side_by_side.week_start_date

)

select * from weekly_metrics
