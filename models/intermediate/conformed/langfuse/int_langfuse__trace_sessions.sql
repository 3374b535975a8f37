{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one session of traces. Where its traces disagree about who or what it
-- belongs to, the earliest trace that knows is believed.
with

traces as (

    select * from {{ ref('int_langfuse__traces') }}

),

trace_sessions as (

    select
        'langfuse:' || source_session_id as trace_session_id,
        'langfuse' as source_name,
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
        cast(sum(model_cost_usd) as double precision) as model_cost_usd,
        cast(sum(input_tokens) as bigint) as input_tokens,
        cast(sum(output_tokens) as bigint) as output_tokens,
        cast(sum(tool_call_count) as bigint) as tool_call_count,
        cast(sum(tool_error_count) as bigint) as tool_error_count,
        max(case when is_test then 1 else 0 end) = 1 as is_test,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        max(loaded_at) as loaded_at

    from traces

    group by source_session_id

)

select * from trace_sessions
