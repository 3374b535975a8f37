-- An intent whose confidence promises more than customers' behaviour keeps, by
-- more than the var calibration_gap_limit: its agent persuades rather than helps.
{{ config(severity='warn') }}

with

confidence_calibration as (

    select * from {{ ref('confidence_calibration') }}

)

select
    intent_id,
    intent_label,
    conversation_count,
    mean_confidence,
    resolved_share,
    calibration_gap

from confidence_calibration

where
    confidence_decile = 0
    and has_calibration_gap
