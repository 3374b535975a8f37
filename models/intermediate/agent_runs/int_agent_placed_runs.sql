{{ config(changes_by = ['run_id', 'trace_session_id']) }}

-- Grain: one run, with the trace session it belongs to. A copy of a run that
-- another tool recorded as well stands in the session of the one that is kept,
-- behind all that are: what it knows helps, what it counts was counted.

with

agent_runs as (

    select * from {{ ref('int_agent_runs') }}

),

agent_sessions as (

    select * from {{ ref('int_agent_sessions') }}

),

recorded_twice as (

    select * from {{ ref('int_agent_runs_recorded_twice') }}

),

runs as (

    select
        agent_runs.*,
        agent_sessions.source_rank,
        agent_sessions.trace_session_id,
        agent_sessions.trace_session_source_name,
        recorded_twice.kept_source_name,
        recorded_twice.kept_run_id

    from agent_runs

    inner join agent_sessions
        on
            agent_runs.source_name = agent_sessions.source_name
            and agent_runs.source_session_id = agent_sessions.source_session_id

    left join recorded_twice
        on
            agent_runs.source_name = recorded_twice.source_name
            and agent_runs.run_id = recorded_twice.run_id

),

placed as (

    select
        runs.source_name,
        runs.source_rank,
        runs.run_id,
        coalesce(kept_runs.trace_session_id, runs.trace_session_id)
            as trace_session_id,
        coalesce(
            kept_runs.trace_session_source_name, runs.trace_session_source_name
        ) as trace_session_source_name,
        coalesce(kept_runs.source_session_id, runs.source_session_id)
            as source_session_id,
        runs.source_session_id as own_session_id,
        runs.kept_run_id is not null as is_copy,
        runs.kept_source_name,
        runs.kept_run_id,
        runs.ticket_ref,
        runs.customer_external_id,
        runs.customer_email,
        runs.customer_anonymous_id,
        runs.agent_name,
        runs.agent_version,
        runs.model_cost_usd,
        runs.input_tokens,
        runs.output_tokens,
        runs.tool_call_count,
        runs.tool_error_count,
        runs.is_test,
        runs.started_at,
        runs.ended_at,
        runs.loaded_at

    from runs

    left join runs as kept_runs
        on
            runs.kept_source_name = kept_runs.source_name
            and runs.kept_run_id = kept_runs.run_id

),

agent_placed_runs as (

    select
        *,
        row_number() over (
            partition by trace_session_id
            order by
                case when is_copy then 2 else 1 end,
                started_at nulls last,
                ended_at nulls last,
                run_id,
                source_name
        ) as session_position

    from placed

)

select * from agent_placed_runs
