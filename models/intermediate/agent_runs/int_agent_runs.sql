{{ config(
    slice_by = 'run_id',
    changes_by = ['run_id', 'source_session_id']
) }}

-- Grain: one run of the AI agent as one trace store holds it: one turn of a
-- session, in which a customer writes and the agent answers.
{%- set fields = [
    'session_ref', 'ticket_ref', 'customer_external_id', 'customer_email',
    'customer_anonymous_id', 'agent_name', 'agent_version', 'started_at',
] %}

with

agent_steps as (

    select * from {{ ref('int_agent_steps') }}

),

ordered_steps as (

    select * from {{ ref('int_agent_steps_in_order') }}

),

-- The run's own step is believed first, then the earliest that knows.
descriptions as (

    select
        source_name,
        run_id,
        {%- for field in fields %}
        {{ first_known(field, 'rank_in_run') }} as {{ field }},
        {%- endfor %}
        max(coalesce(ended_at, started_at)) as last_step_ended_at,
        max(case when is_test then 1 else 0 end) = 1 as is_test

    from ordered_steps

    group by 1, 2

),

-- What an evaluator costs is paid too, though it answers nobody.
usage as (

    select
        source_name,
        run_id,
        sum(cost_usd) as model_cost_usd,
        cast(sum(input_tokens) as bigint) as input_tokens,
        cast(sum(output_tokens) as bigint) as output_tokens,
        count(case when step_kind = 'tool_call' then 1 end) as tool_call_count,
        count(case when step_kind = 'tool_call' and is_error then 1 end)
            as tool_error_count,
        max(loaded_at) as loaded_at

    from agent_steps

    group by 1, 2

),

-- A run without a session is a session of its own.
agent_runs as (

    select
        descriptions.source_name,
        descriptions.run_id,
        descriptions.session_ref,
        coalesce(descriptions.session_ref, descriptions.run_id)
            as source_session_id,
        descriptions.ticket_ref,
        descriptions.customer_external_id,
        descriptions.customer_email,
        descriptions.customer_anonymous_id,
        descriptions.agent_name,
        descriptions.agent_version,
        usage.model_cost_usd,
        usage.input_tokens,
        usage.output_tokens,
        usage.tool_call_count,
        usage.tool_error_count,
        descriptions.is_test,
        descriptions.started_at,
        greatest(descriptions.last_step_ended_at, descriptions.started_at)
            as ended_at,
        usage.loaded_at

    from descriptions

    inner join usage
        on
            descriptions.source_name = usage.source_name
            and descriptions.run_id = usage.run_id

)

select * from agent_runs
