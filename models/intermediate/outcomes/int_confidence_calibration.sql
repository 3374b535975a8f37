-- Grain: one intent ('all' for every one together) and tenth of the confidence
-- scale (0 for the whole scale) with at least one conversation. A gap counts only
-- where chance does not explain it: at least min_sample conversations, and the
-- realised share's upper bound below the mean confidence.

with

confidence_outcomes as (

    select * from {{ ref('int_confidence_outcomes') }}

),

grouped as (
    {% for intent in ['intent_id', "'all'"] %}
    {%- set is_last_intent = loop.last %}
    {%- for decile in ['confidence_decile', '0'] %}
    select
        {{ intent }} as intent_id,
        {{ decile }} as confidence_decile,
        resolution_confidence,
        is_resolved

    from confidence_outcomes
    {{- "\n\n    union all" if not (is_last_intent and loop.last) }}
    {% endfor %}
    {%- endfor %}
),

counted as (

    select
        intent_id,
        confidence_decile,
        count(*) as conversation_count,
        count(case when is_resolved then 1 end) as resolved_count,
        -- decimals add up to the same sum in any order
        {{ ratio(
            'sum(cast(resolution_confidence as decimal(18, 9)))', 'count(*)'
        ) }} as mean_confidence

    from grouped

    group by 1, 2

),

compared as (

    select
        *,
        {{ ratio('resolved_count', 'conversation_count') }} as resolved_share,
        {{ wilson_bound('resolved_count', 'conversation_count', 'lower') }}
            as resolved_share_lower,
        {{ wilson_bound('resolved_count', 'conversation_count', 'upper') }}
            as resolved_share_upper,
        conversation_count < {{ var('min_sample') }} as is_small_sample

    from counted

),

confidence_calibration as (

    select
        *,
        mean_confidence - resolved_share as calibration_gap,
        mean_confidence - resolved_share > {{ var('calibration_gap_limit') }}
        and mean_confidence > resolved_share_upper
        and not is_small_sample as has_calibration_gap

    from compared

)

select * from confidence_calibration
