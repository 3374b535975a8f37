-- Grain: one intent ('all' for every one together) and tenth of the confidence
-- scale (0 for the whole scale).

with

calibration as (

    select * from {{ ref('int_confidence_calibration') }}

),

intents as (

    select * from {{ ref('intents') }}

),

confidence_calibration as (

    select
        cast(calibration.intent_id as {{ dbt.type_string() }}) as intent_id,
        cast(intents.intent_label as {{ dbt.type_string() }}) as intent_label,
        cast(calibration.confidence_decile as integer) as confidence_decile,
        cast(calibration.conversation_count as bigint) as conversation_count,
        cast(calibration.resolved_count as bigint) as resolved_count,
        calibration.mean_confidence,
        calibration.resolved_share,
        calibration.resolved_share_lower,
        calibration.resolved_share_upper,
        calibration.calibration_gap,
        calibration.has_calibration_gap,
        calibration.is_small_sample

    from calibration

    left join intents
        on calibration.intent_id = intents.intent_id

)

select * from confidence_calibration
