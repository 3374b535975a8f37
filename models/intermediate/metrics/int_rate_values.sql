-- Grain: one rate, intent (or 'all') and week, with its Wilson 95 %
-- interval. A rate over nothing has no row.
{% set rates = [
    ('recontact_rate', 'recontact_count', 'mature_count'),
    ('recontact_rate_24h', 'recontact_24h_count', 'mature_24h_count'),
    ('recontact_rate_168h', 'recontact_168h_count', 'mature_168h_count'),
    ('recontact_rate_strict', 'strict_recontact_count', 'mature_count'),
    ('recontact_rate_any', 'any_recontact_count', 'mature_count'),
    ('deflected_recontact_rate', 'deflected_recontact_count',
        'mature_deflected_count'),
    ('fast_quartile_recontact_rate', 'fastest_recontact_count',
        'fastest_count'),
    ('low_confidence_share', 'low_confidence_count', 'confidence_count'),
    ('confidence_coverage', 'confidence_count', 'closed_count'),
    ('escalation_quality', 'good_escalation_count',
        'answered_escalation_count'),
    ('handoff_note_rate', 'noted_escalation_count',
        'answered_escalation_count'),
    ('queue_abandonment_rate', 'abandoned_escalation_count',
        'escalation_count'),
    ('missed_escalation_rate', 'missed_escalation_count',
        'asked_for_human_count'),
    ('escalation_solved_rate', 'solved_escalation_count',
        'mature_answered_escalation_count'),
    ('downstream_action_rate', 'followed_count', 'instruction_count'),
    ('followed_within_session_rate', 'followed_within_session_count',
        'expected_instruction_count'),
    ('deflection_rate', 'deflected_count', 'closed_count'),
    ('true_resolution_rate', 'true_resolution_count', 'mature_count'),
    ('resolution_rate', 'resolution_count', 'mature_count'),
    ('resolution_rate_low', 'confirmed_count', 'mature_count'),
    ('resolution_rate_headline', 'headline_count', 'mature_count'),
    ('resolution_rate_high', 'high_count', 'mature_count'),
    ('csat_response_rate', 'csat_answered_count', 'csat_offered_count'),
    ('csat_positive_rate', 'csat_positive_count', 'csat_answered_count'),
    ('csat_resurveyed_positive_rate', 'resurvey_positive_count',
        'resurveyed_count'),
] %}

with

intent_week_counts as (

    select * from {{ ref('int_intent_week_counts') }}

),

counted as (

    {%- for metric_name, numerator, denominator in rates %}
    select
        '{{ metric_name }}' as metric_name,
        intent_id,
        week_start_date,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator
    from intent_week_counts
    where {{ denominator }} > 0
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}

),

rate_values as (

    select
        metric_name,
        intent_id,
        week_start_date,
        cast(numerator as {{ type_double() }}) as numerator,
        denominator,
        {{ ratio('numerator', 'denominator') }} as metric_value,
        cast(
            {{ wilson_bound('numerator', 'denominator', 'lower') }}
            as {{ type_double() }}
        ) as lower_bound,
        cast(
            {{ wilson_bound('numerator', 'denominator', 'upper') }}
            as {{ type_double() }}
        ) as upper_bound

    from counted

)

select * from rate_values
