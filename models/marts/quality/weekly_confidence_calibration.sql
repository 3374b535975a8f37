-- Grain: one week.

with

calibration as (

    select * from {{ ref('int_weekly_confidence_calibration') }}

),

weekly_confidence_calibration as (

    select
        week_start_date,
        cast(conversation_count as bigint) as conversation_count,
        cast(resolved_count as bigint) as resolved_count,
        mean_confidence,
        resolved_share,
        brier_score,
        expected_calibration_error,
        conversation_count < {{ var('min_sample') }} as is_small_sample

    from calibration

)

select * from weekly_confidence_calibration
