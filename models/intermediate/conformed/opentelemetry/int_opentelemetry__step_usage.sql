{{ config(enabled = 'opentelemetry' in var('trace_sources')) }}

-- Grain: one GenAI step of a run, seen from its parent.
--   * A model call inside an evaluator is the judge's.
--   * A model call around another one is a wrapper (two libraries trace one
--     call) and has no tokens of its own; an agent has, where no call tells.
--   * The root is the outermost agent span: its parent is no GenAI step (a web
--     request, say), and no root before it ran as long.
{%- set read = ['attributes', 'steps.attributes_json'] %}

with

steps as (

    select * from {{ ref('int_opentelemetry__spans') }}
    where step_kind is not null

),

agent_runs as (

    select distinct trace_id from steps
    where step_kind in ('agent', 'model_call', 'tool_call')

),

wrappers as (

    select distinct
        trace_id,
        parent_span_id as span_id

    from steps

    where step_kind = 'model_call' and parent_span_id is not null

),

placed as (

    select
        steps.trace_id,
        steps.span_id,
        case
            when steps.step_kind = 'model_call'
                and parents.step_kind = 'evaluator'
                then 'evaluator'
            else steps.step_kind
        end as step_kind,
        parents.span_id is null and steps.step_kind = 'agent' as is_outer_agent,
        wrappers.span_id is not null as is_wrapper,
        steps.started_at,
        coalesce(steps.ended_at, steps.started_at) as ended_at,
        {{ configured_field([
            'attributes.gen_ai.usage.input_tokens',
            'attributes.gen_ai.usage.prompt_tokens',
            'attributes.llm.token_count.prompt',
        ], *read) }} as input_tokens,
        {{ configured_field([
            'attributes.gen_ai.usage.output_tokens',
            'attributes.gen_ai.usage.completion_tokens',
            'attributes.llm.token_count.completion',
        ], *read) }} as output_tokens,
        {{ configured_field(var('opentelemetry_cost_usd'), *read) }} as cost_usd

    from steps

    inner join agent_runs
        on steps.trace_id = agent_runs.trace_id

    left join steps as parents
        on steps.trace_id = parents.trace_id
        and steps.parent_span_id = parents.span_id

    left join wrappers
        on steps.trace_id = wrappers.trace_id
        and steps.span_id = wrappers.span_id

),

nested as (

    select
        *,
        is_outer_agent and coalesce(
            ended_at > max(case when is_outer_agent then ended_at end) over (
                partition by trace_id
                order by
                    case when is_outer_agent then 0 else 1 end asc,
                    started_at asc nulls last,
                    ended_at desc,
                    span_id asc
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_root,
        count(
            case
                when step_kind in ('model_call', 'other')
                    then coalesce(input_tokens, output_tokens, cost_usd)
            end
        ) over (partition by trace_id) > 0 as is_usage_known_inside

    from placed

),

judged as (

    select
        *,
        (step_kind in ('model_call', 'evaluator', 'other') and not is_wrapper)
        or (is_root and not is_usage_known_inside) as is_own_usage

    from nested

),

step_usage as (

    select
        trace_id,
        span_id,
        step_kind,
        case when is_own_usage then {{ try_cast('input_tokens', 'bigint') }} end
            as input_tokens,
        case when is_own_usage then {{ try_cast('output_tokens', 'bigint') }} end
            as output_tokens,
        case when is_own_usage then {{ dollars('cost_usd') }} end as cost_usd,
        is_root

    from judged

)

select * from step_usage
