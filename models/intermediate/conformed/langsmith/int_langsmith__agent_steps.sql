{{ config(
    enabled = 'langsmith' in var('trace_sources'),
    changes_by = ['run_id']
) }}

-- Grain: one step of a run of the AI agent. LangSmith calls every step a run and
-- the whole a trace.

with

whole_runs as (

    select * from {{ ref('int_langsmith__whole_runs') }}

),

-- Only model calls know tokens of their own: a chain's are the sum of its steps.
-- A cost that any other step reports itself (a paid search) is its own.
described as (

    select
        *,
        case run_type
            when 'chain' then 'agent'
            when 'llm' then 'model_call'
            when 'tool' then 'tool_call'
            else 'other'
        end as step_kind,
        case when run_type in ('llm', 'embedding') then input_tokens end
            as call_input_tokens,
        case when run_type in ('llm', 'embedding') then output_tokens end
            as call_output_tokens,
        case
            when run_type in ('llm', 'embedding')
                then coalesce(total_cost_usd, own_cost_usd)
            when run_type <> 'chain' then own_cost_usd
        end as call_cost_usd

    from whole_runs

),

-- Wrappers of wrappers repeat the tokens of the call inside.
usage_inside as (

    select
        run_id,
        parent_step_id as step_id,
        sum(coalesce(call_input_tokens, call_output_tokens)) as token_count,
        sum(call_cost_usd) as cost_usd

    from described

    where parent_step_id is not null

    group by 1, 2

),

-- A trace that began in another service has no root here: its first step, an
-- enclosing one if there is any, stands for it.
ranked as (

    select
        described.*,
        usage_inside.token_count is not null as has_tokens_inside,
        usage_inside.cost_usd is not null as has_cost_inside,
        row_number() over (
            partition by described.run_id
            order by
                case when described.parent_step_id is null then 1 else 2 end,
                described.started_at nulls last,
                case when described.step_kind = 'agent' then 1 else 2 end,
                described.step_id
        ) as rank_in_run

    from described

    left join usage_inside
        on
            described.run_id = usage_inside.run_id
            and described.step_id = usage_inside.step_id

),

agent_steps as (

    select
        'langsmith' as source_name,
        run_id,
        step_id,
        step_kind,
        session_ref,
        ticket_ref,
        customer_external_id,
        customer_email,
        customer_anonymous_id,
        agent_name,
        agent_version,
        case when step_kind = 'tool_call' then step_name end as tool_name,
        logged_input,
        logged_output,
        case when not has_tokens_inside then call_input_tokens end
            as input_tokens,
        case when not has_tokens_inside then call_output_tokens end
            as output_tokens,
        case when not has_cost_inside then call_cost_usd end as cost_usd,
        parent_step_id is null or rank_in_run = 1 as is_root,
        is_error,
        is_test,
        started_at,
        ended_at,
        loaded_at

    from ranked

)

select * from agent_steps
