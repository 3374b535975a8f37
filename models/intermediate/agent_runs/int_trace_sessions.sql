{{ config(slice_by = 'trace_session_id', changes_by = ['trace_session_id']) }}

-- Grain: one session of runs: the turns of one chat or mail exchange with the AI
-- agent. Where its runs disagree about who or what it belongs to, the earliest
-- run that knows is believed. A copy that a second tool recorded adds what it
-- alone knows, but no cost, no count and no time.

with

placed_runs as (

    select * from {{ ref('int_agent_placed_runs') }}

),

trace_sessions as (

    select
        trace_session_id,
        trace_session_source_name as source_name,
        source_session_id,
        {{ first_known('customer_external_id', 'session_position') }}
            as customer_external_id,
        {{ first_known('customer_email', 'session_position') }}
            as customer_email,
        {{ first_known('customer_anonymous_id', 'session_position') }}
            as customer_anonymous_id,
        {{ first_known('ticket_ref', 'session_position') }} as ticket_ref,
        {{ first_known('agent_name', 'session_position') }} as agent_name,
        {{ first_known('agent_version', 'session_position') }} as agent_version,
        cast(
            sum(case when not is_copy then model_cost_usd end)
            as {{ type_double() }}
        ) as model_cost_usd,
        cast(sum(case when not is_copy then input_tokens end) as bigint)
            as input_tokens,
        cast(sum(case when not is_copy then output_tokens end) as bigint)
            as output_tokens,
        cast(sum(case when not is_copy then tool_call_count end) as bigint)
            as tool_call_count,
        cast(sum(case when not is_copy then tool_error_count end) as bigint)
            as tool_error_count,
        max(case when is_test then 1 else 0 end) = 1 as is_test,
        min(case when not is_copy then started_at end) as started_at,
        max(case when not is_copy then ended_at end) as ended_at,
        max(loaded_at) as loaded_at

    from placed_runs

    group by 1, 2, 3

)

select * from trace_sessions
