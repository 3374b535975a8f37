{{ config(
    enabled = 'braintrust' in var('trace_sources'),
    changes_by = ['run_id']
) }}

-- Grain: one step of a run of the AI agent: one span of a trace.

with

spans as (

    select * from {{ ref('int_braintrust__spans') }}

),

-- A scorer's own model calls and tools are marked with the purpose; their words
-- are no customer's. Embeddings and moderations are logged as model calls, but
-- nobody converses in them.
described as (

    select
        *,
        case
            when
                span_purpose = 'scorer'
                or span_type in (
                    'score', 'automation', 'facet', 'preprocessor',
                    'classifier', 'review'
                )
                then 'evaluator'
            when is_tool_call then 'tool_call'
            when
                span_type = 'llm'
                and coalesce(lower(span_name) in ('embedding', 'moderation'), false)
                then 'other'
            when span_type = 'llm' then 'model_call'
            else 'agent'
        end as step_kind

    from spans

),

-- Wrappers of wrappers repeat the tokens of the call inside.
usage_inside as (

    select
        run_id,
        parent_span_id as span_id,
        sum(coalesce(input_tokens, output_tokens)) as token_count,
        sum(cost_usd) as cost_usd

    from described

    where parent_span_id is not null

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
                case
                    when described.is_root then 1
                    when described.step_kind = 'evaluator' then 3
                    else 2
                end,
                described.started_at nulls last,
                case when described.step_kind = 'agent' then 1 else 2 end,
                described.source_row_id
        ) as rank_in_run

    from described

    left join usage_inside
        on
            described.run_id = usage_inside.run_id
            and described.span_id = usage_inside.span_id

),

agent_steps as (

    select
        'braintrust' as source_name,
        run_id,
        source_row_id as step_id,
        step_kind,
        session_ref,
        ticket_ref,
        customer_external_id,
        customer_email,
        customer_anonymous_id,
        agent_name,
        agent_version,
        case when step_kind = 'tool_call' then span_name end as tool_name,
        logged_input,
        logged_output,
        case when not has_tokens_inside then input_tokens end as input_tokens,
        case when not has_tokens_inside then output_tokens end as output_tokens,
        case when not has_cost_inside then cost_usd end as cost_usd,
        is_root or rank_in_run = 1 as is_root,
        is_error,
        is_test,
        started_at,
        ended_at,
        loaded_at

    from ranked

)

select * from agent_steps
