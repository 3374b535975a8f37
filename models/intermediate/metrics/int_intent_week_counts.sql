{{ config(
    slice_by = 'week_start_date',
    changes_by = ['week_start_date']
) }}

-- Grain: one intent (or 'all') and week: every count that a weekly rate needs. A
-- conversation that is still open counts as eligible and in nothing else: what
-- happens in it next may change what it shows, and move it to another week.

with

intent_measures as (

    select * from {{ ref('int_intent_measures') }}

),

intent_week_counts as (

    select
        grouping_id as intent_id,
        week_start_date,
        count(*) as eligible_count,
        count(case when is_closed then 1 end) as closed_count,
        count(case when is_window_passed then 1 end) as window_passed_count,
        count(case when is_mature then 1 end) as mature_count,
        count(case when is_mature_24h then 1 end) as mature_24h_count,
        count(case when is_mature_168h then 1 end) as mature_168h_count,
        count(
            case when is_window_passed and not is_linkable then 1 end
        ) as unlinkable_count,
        count(case when has_recontact then 1 end) as recontact_count,
        count(case when has_recontact_24h then 1 end) as recontact_24h_count,
        count(case when has_recontact_168h then 1 end) as recontact_168h_count,
        count(
            case when has_strict_recontact then 1 end
        ) as strict_recontact_count,
        count(case when has_any_recontact then 1 end) as any_recontact_count,
        count(case when is_fastest_quarter then 1 end) as fastest_count,
        count(
            case when is_fastest_quarter and has_recontact then 1 end
        ) as fastest_recontact_count,
        count(case when is_deflected then 1 end) as deflected_count,
        count(
            case when is_mature and is_deflected then 1 end
        ) as mature_deflected_count,
        count(
            case when is_deflected and has_recontact then 1 end
        ) as deflected_recontact_count,
        count(
            case
                when
                    is_mature and is_deflected and not has_recontact
                    then 1
            end
        ) as true_resolution_count,
        count(
            case when is_mature and not has_recontact then 1 end
        ) as resolution_count,
        count(
            case when is_mature and outcome = 'confirmed' then 1 end
        ) as confirmed_count,
        count(
            case
                when
                    is_mature and outcome in ('confirmed', 'presumed')
                    then 1
            end
        ) as headline_count,
        count(
            case
                when
                    is_mature and outcome in ('confirmed', 'presumed', 'ambiguous')
                    then 1
            end
        ) as high_count,
        count(
            case when resolution_confidence is not null then 1 end
        ) as confidence_count,
        count(
            case
                when
                    resolution_confidence < {{ var('confidence_threshold') }}
                    then 1
            end
        ) as low_confidence_count,
        count(
            case when is_closed and is_escalated then 1 end
        ) as escalation_count,
        count(
            case when is_closed and has_human_reply then 1 end
        ) as answered_escalation_count,
        count(
            case
                when is_closed and has_human_reply and not is_reexplained
                    then 1
            end
        ) as good_escalation_count,
        count(
            case when is_closed and has_human_reply and has_handoff_note then 1 end
        ) as noted_escalation_count,
        count(
            case when is_abandoned_in_queue then 1 end
        ) as abandoned_escalation_count,
        count(
            case when has_human_reply and is_mature then 1 end
        ) as mature_answered_escalation_count,
        count(
            case
                when
                    has_human_reply and is_mature and not has_recontact
                    then 1
            end
        ) as solved_escalation_count,
        count(
            case when is_closed and has_asked_for_human then 1 end
        ) as asked_for_human_count,
        count(
            case when is_closed and is_missed_escalation then 1 end
        ) as missed_escalation_count,
        count(case when is_resurveyed then 1 end) as resurveyed_count,
        count(case when is_resurvey_positive then 1 end)
            as resurvey_positive_count,
        {%- for count in [
            'instruction_count', 'followed_count', 'expected_instruction_count',
            'followed_within_session_count', 'already_done_count',
        ] %}
        cast(
            sum(case when is_closed then {{ count }} else 0 end) as bigint
        ) as {{ count }},
        {%- endfor %}
        cast(sum(csat_offered_count) as bigint) as csat_offered_count,
        cast(sum(csat_answered_count) as bigint) as csat_answered_count,
        cast(sum(csat_positive_count) as bigint) as csat_positive_count

    from intent_measures

    group by 1, 2

)

select * from intent_week_counts
