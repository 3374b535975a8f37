-- Grain: one week with at least one conversation whose window of 168 hours has
-- passed. The Brier score is the mean squared difference of confidence and
-- outcome; the expected calibration error is the mean distance of confidence and
-- resolved share in the tenths of the scale, each by its conversations.

with

confidence_outcomes as (

    select * from {{ ref('int_confidence_outcomes') }}

),

tenths as (

    select
        week_start_date,
        confidence_decile,
        count(*) as conversation_count,
        count(case when is_resolved then 1 end) as resolved_count,
        sum(cast(resolution_confidence as decimal(18, 9))) as confidence_sum,
        sum(
            cast(
                (
                    resolution_confidence
                    - case when is_resolved then 1 else 0 end
                )
                * (
                    resolution_confidence
                    - case when is_resolved then 1 else 0 end
                ) as decimal(18, 9)
            )
        ) as squared_error_sum

    from confidence_outcomes

    group by 1, 2

),

weekly_confidence_calibration as (

    select
        week_start_date,
        sum(conversation_count) as conversation_count,
        sum(resolved_count) as resolved_count,
        {{ ratio('sum(confidence_sum)', 'sum(conversation_count)') }}
            as mean_confidence,
        {{ ratio('sum(resolved_count)', 'sum(conversation_count)') }}
            as resolved_share,
        {{ ratio('sum(squared_error_sum)', 'sum(conversation_count)') }}
            as brier_score,
        {{ ratio(
            'sum(abs(confidence_sum - resolved_count))',
            'sum(conversation_count)'
        ) }} as expected_calibration_error

    from tenths

    group by 1

)

select * from weekly_confidence_calibration
