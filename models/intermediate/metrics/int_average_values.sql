-- Grain: one average (a mean, a median or a ratio of medians), intent (or 'all')
-- and week. Means carry a normal 95 % interval; medians carry none. The four
-- numbers on time to resolution and re-contact are drawn from one cohort, the
-- conversations that count in re-contact rates; all others from closed ones.
{% set z = 1.959963984540054 %}
{% set window_seconds = var('recontact_window_hours') * 3600 %}

with

intent_measures as (

    select * from {{ ref('int_intent_measures') }}

),

-- Decimals and whole numbers add up to the same in any order of rows; doubles
-- differ in the last digit.
exact_measures as (

    select
        *,
        cast(resolution_confidence as decimal(18, 9)) as exact_confidence,
        case
            when is_mature
                then cast(
                    floor(coalesce(time_to_recontact_seconds, {{ window_seconds }}))
                    as bigint
                )
        end as restricted_seconds,
        -- of a handoff that nothing announced, nobody knows when it began
        case
            when is_closed and has_human_reply
                then time_to_first_human_reply_seconds
        end as first_human_reply_seconds,
        case when is_closed then time_to_action_seconds end as action_seconds,
        case when is_closed then compared_instruction_count end
            as compared_instructions,
        case
            when is_closed then cast(followed_above_baseline as decimal(18, 9))
        end as above_baseline

    from intent_measures

),

sums as (

    select
        grouping_id as intent_id,
        week_start_date,
        count(exact_confidence) as confidence_count,
        cast(sum(exact_confidence) as {{ type_double() }}) as confidence_sum,
        cast(sum(exact_confidence * exact_confidence) as {{ type_double() }})
            as confidence_square_sum,
        cast(sum(restricted_seconds) as {{ type_double() }})
            as restricted_seconds_sum,
        cast(sum(restricted_seconds * restricted_seconds) as {{ type_double() }})
            as restricted_seconds_square_sum,
        count(case when is_mature then 1 end) as mature_count,
        {{ median("case when is_mature then time_to_resolution_seconds end") }}
            as median_time_to_resolution,
        count(time_to_recontact_seconds) as recontact_count,
        {{ median('time_to_recontact_seconds') }} as median_time_to_recontact,
        count(first_human_reply_seconds) as timed_reply_count,
        {{ median('first_human_reply_seconds') }}
            as median_time_to_first_human_reply,
        count(action_seconds) as action_count,
        {{ median('action_seconds') }} as median_time_to_action,
        cast(sum(compared_instructions) as bigint) as compared_count,
        cast(sum(above_baseline) as {{ type_double() }})
            as followed_above_baseline

    from exact_measures

    group by 1, 2

),

averages as (

    select
        *,
        {{ ratio('confidence_sum', 'confidence_count') }} as mean_confidence,
        {{ sample_deviation(
            'confidence_sum', 'confidence_square_sum', 'confidence_count'
        ) }} as confidence_deviation,
        {{ ratio('restricted_seconds_sum', 'mature_count') }}
            as restricted_mean_time,
        {{ sample_deviation(
            'restricted_seconds_sum',
            'restricted_seconds_square_sum',
            'mature_count'
        ) }} as restricted_time_deviation

    from sums

),

average_values as (

    select
        'resolution_confidence' as metric_name,
        intent_id,
        week_start_date,
        confidence_sum as numerator,
        confidence_count as denominator,
        mean_confidence as metric_value,
        mean_confidence
        - {{ z }} * confidence_deviation / sqrt(confidence_count)
            as lower_bound,
        mean_confidence
        + {{ z }} * confidence_deviation / sqrt(confidence_count)
            as upper_bound
    from averages
    where confidence_count > 0

    union all

    select
        'restricted_mean_time_to_recontact_seconds' as metric_name,
        intent_id,
        week_start_date,
        restricted_seconds_sum as numerator,
        mature_count as denominator,
        restricted_mean_time as metric_value,
        restricted_mean_time
        - {{ z }} * restricted_time_deviation / sqrt(mature_count)
            as lower_bound,
        restricted_mean_time
        + {{ z }} * restricted_time_deviation / sqrt(mature_count)
            as upper_bound
    from averages
    where mature_count > 0

    union all

    select
        'recontact_to_resolution_ratio' as metric_name,
        intent_id,
        week_start_date,
        median_time_to_recontact as numerator,
        recontact_count as denominator,
        {{ ratio('median_time_to_recontact', 'median_time_to_resolution') }}
            as metric_value,
        null as lower_bound,
        null as upper_bound
    from averages
    where recontact_count > 0 and median_time_to_resolution > 0

    union all

    select
        'downstream_action_lift' as metric_name,
        intent_id,
        week_start_date,
        followed_above_baseline as numerator,
        compared_count as denominator,
        {{ ratio('followed_above_baseline', 'compared_count') }}
            as metric_value,
        null as lower_bound,
        null as upper_bound
    from averages
    where compared_count > 0
    {%- for metric_name, value, sample in [
        ('median_time_to_resolution_seconds', 'median_time_to_resolution',
            'mature_count'),
        ('median_time_to_recontact_seconds', 'median_time_to_recontact',
            'recontact_count'),
        ('median_time_to_first_human_reply_seconds',
            'median_time_to_first_human_reply', 'timed_reply_count'),
        ('median_time_to_action_seconds', 'median_time_to_action',
            'action_count'),
    ] %}

    union all

    select
        '{{ metric_name }}' as metric_name,
        intent_id,
        week_start_date,
        null as numerator,
        {{ sample }} as denominator,
        {{ value }} as metric_value,
        null as lower_bound,
        null as upper_bound
    from averages
    where {{ sample }} > 0
    {%- endfor %}

)

select * from average_values
