{{ config(
    enabled = 'langfuse' in var('trace_sources'),
    materialized = 'view'
) }}

-- Grain: one trace with the two texts of its turn, still as logged. The trace's
-- own texts come first, then its root observations'. A model call's texts count
-- only where the turn is logged nowhere else: an agent that failed before it
-- answered leaves a half-done call behind.
with

traces as (

    select * from {{ ref('int_langfuse__traces') }}

),

inner_texts as (

    select * from {{ ref('int_langfuse__inner_texts') }}

),

known_texts as (

    select
        traces.trace_id,
        traces.source_session_id,
        traces.customer_external_id,
        traces.agent_name,
        coalesce(traces.logged_input, inner_texts.root_input) as outer_input,
        coalesce(traces.logged_output, inner_texts.root_output) as outer_output,
        inner_texts.generation_input,
        inner_texts.generation_output,
        traces.session_position,
        traces.started_at,
        traces.ended_at,
        traces.loaded_at

    from traces

    left join inner_texts
        on traces.trace_id = inner_texts.trace_id

),

turns as (

    select
        trace_id,
        source_session_id,
        customer_external_id,
        agent_name,
        case
            when outer_input is null and outer_output is null
                then generation_input
            else outer_input
        end as logged_input,
        case
            when outer_input is null and outer_output is null
                then generation_output
            else outer_output
        end as logged_output,
        session_position,
        started_at,
        ended_at,
        loaded_at

    from known_texts

)

select * from turns
