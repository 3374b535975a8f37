{{ config(
    enabled = 'datadog' in var('trace_sources'),
    changes_by = ['run_id']
) }}

-- Grain: one span in its newest version: one step of a run.
{%- set contents = [
    'trace_id', 'parent_id', 'session_ref', 'ticket_ref',
    'customer_external_id', 'customer_email', 'customer_anonymous_id',
    'agent_name', 'agent_version', 'span_kind', 'span_name',
    'evaluator_name', 'logged_input', 'logged_output', 'input_tokens',
    'output_tokens', 'cost_usd', 'is_error', 'is_test', 'started_at', 'ended_at',
] %}

with

spans as (

    select * from {{ ref('stg_datadog__spans') }}

),

usable as (

    select
        source_row_id,
        {{ contents | join(',\n        ') }},
        loaded_at,
        count(*) over (partition by source_row_id) as version_count

    from spans

    where quarantine_reason is null

),

-- A span that is exported again may know its cost by then, and bears no other
-- mark of being newer.
versions as (

    select
        *,
        row_number() over (
            partition by source_row_id
            order by
                loaded_at desc,
                case when cost_usd is null then 2 else 1 end,
                {{ tie_break(contents) }} desc
        ) as version_number

    from usable

),

newest as (

    select * from versions
    where version_number = 1

),

-- A run that began in another service has no root of its own: the outermost
-- spans that are here stand for it.
outermost as (

    select
        newest.*,
        newest.parent_id is null as is_marked_root,
        parents.source_row_id is null as is_outermost

    from newest

    left join newest as parents
        on
            newest.trace_id = parents.trace_id
            and newest.parent_id = parents.source_row_id

),

rooted as (

    select
        *,
        is_marked_root or (
            is_outermost
            and max(case when is_marked_root then 1 else 0 end)
                over (partition by trace_id) = 0
        ) as is_root

    from outermost

),

-- Only calls of a model carry tokens and costs of their own: a total that was
-- put on an enclosing span would be counted twice.
agent_steps as (

    select
        'datadog' as source_name,
        trace_id as run_id,
        source_row_id as step_id,
        case
            when evaluator_name is not null then 'evaluator'
            when span_kind in ('agent', 'workflow') then 'agent'
            when span_kind = 'llm' then 'model_call'
            when span_kind = 'tool' then 'tool_call'
            else 'other'
        end as step_kind,
        session_ref,
        ticket_ref,
        customer_external_id,
        customer_email,
        customer_anonymous_id,
        agent_name,
        agent_version,
        case when span_kind = 'tool' then span_name end as tool_name,
        logged_input,
        logged_output,
        case when span_kind in ('llm', 'embedding') then input_tokens end
            as input_tokens,
        case when span_kind in ('llm', 'embedding') then output_tokens end
            as output_tokens,
        case when span_kind in ('llm', 'embedding') then cost_usd end
            as cost_usd,
        is_root,
        is_error,
        is_test,
        started_at,
        ended_at,
        loaded_at

    from rooted

)

select * from agent_steps
