{{ config(enabled = 'opentelemetry' in var('trace_sources')) }}

-- Grain: one run of the agent, a trace: when its last step ended, and which place
-- of opentelemetry_session_id names its conversation best. An app's session.id on
-- a web request says less than the conversation's id on a model call below it.
with

spans as (

    select * from {{ ref('int_opentelemetry__spans') }}

),

step_usage as (

    select * from {{ ref('int_opentelemetry__step_usage') }}

),

kinds as (

    select
        spans.trace_id,
        spans.session_place,
        spans.started_at,
        coalesce(spans.ended_at, spans.started_at) as ended_at,
        step_usage.span_id is not null as is_step,
        coalesce(step_usage.step_kind = 'evaluator', false) as is_evaluator

    from spans

    left join step_usage
        on
            spans.trace_id = step_usage.trace_id
            and spans.span_id = step_usage.span_id

),

ends as (

    select
        trace_id,
        max(ended_at) as last_step_ended_at

    from kinds

    where is_step

    group by 1

),

-- An evaluator is no part of the turn, and neither is what comes after it.
runs as (

    select
        ends.trace_id,
        min(ends.last_step_ended_at) as last_step_ended_at,
        min(case when not kinds.is_evaluator then kinds.session_place end)
            as session_place

    from ends

    inner join kinds
        on
            ends.trace_id = kinds.trace_id
            and ends.last_step_ended_at >= kinds.started_at

    group by 1

)

select * from runs
