{% set layout_steps = {
    'legacy': 'int_langfuse__legacy_steps',
    'v2': 'stg_langfuse__observations_v2',
}[var('langfuse_layout')] -%}
{{ config(
    enabled = 'langfuse' in var('trace_sources'),
    slice_by = 'run_id',
    changes_by = ['run_id'],
    slice_through = {layout_steps: ['trace_id']}
) }}

-- Grain: one step of a trace in its newest version. The traces table (in the v2
-- layout: the root rows) stands for the runs: the steps of a trace that was
-- deleted or cannot be used are left out with it.
{%- set layout_trace = {
    'legacy': "observation_type = 'TRACE'",
    'v2': 'is_root',
}[var('langfuse_layout')] %}
{%- set contents = [
    'trace_id', 'observation_type', 'step_name', 'session_ref', 'ticket_ref',
    'customer_external_id', 'customer_anonymous_id', 'customer_email',
    'agent_name', 'agent_version', 'logged_input', 'logged_output',
    'input_tokens', 'output_tokens', 'cost_usd', 'is_root', 'is_tool_call',
    'is_error', 'is_test', 'is_deleted', 'started_at', 'ended_at',
] %}

with

steps as (

    select * from {{ ref(layout_steps) }}

),

usable as (

    select
        source_row_id,
        {{ contents | join(',\n        ') }},
        loaded_at,
        count(*) over (partition by trace_id, source_row_id) as version_count

    from steps

    where quarantine_reason is null

),

versions as (

    select
        *,
        row_number() over (
            partition by trace_id, source_row_id
            order by
                loaded_at desc,
                {{ tie_break(contents) }} desc
        ) as version_number

    from usable

),

newest as (

    select
        *,
        {{ layout_trace }} as is_trace

    from versions

    where version_number = 1 and not is_deleted

),

known_traces as (

    select
        trace_id,
        max(case
            when
                is_root
                and observation_type <> 'EVALUATOR'
                and coalesce(logged_input, logged_output) is not null
                then 1
            else 0
        end) = 1 as has_root_texts

    from newest

    group by 1

    having max(case when is_trace then 1 else 0 end) = 1

),

-- Only the trace's own row says whose it is: in the v2 layout every row has a
-- name, and a model call's is no agent's. Where the turn is logged at the root,
-- nobody reads the texts of the calls inside, each of which repeats the chat.
agent_steps as (

    select
        'langfuse' as source_name,
        newest.trace_id as run_id,
        newest.source_row_id as step_id,
        case
            when newest.is_tool_call then 'tool_call'
            when newest.observation_type = 'GENERATION' then 'model_call'
            when newest.observation_type = 'EVALUATOR' then 'evaluator'
            when
                newest.is_root
                or newest.observation_type in ('AGENT', 'CHAIN', 'SPAN')
                then 'agent'
            else 'other'
        end as step_kind,
        {%- for field in [
            'session_ref', 'ticket_ref', 'customer_external_id',
            'customer_email', 'customer_anonymous_id', 'agent_name',
            'agent_version',
        ] %}
        case when newest.is_trace then newest.{{ field }} end as {{ field }},
        {%- endfor %}
        case when newest.is_tool_call then newest.step_name end as tool_name,
        {%- for field in ['logged_input', 'logged_output'] %}
        case
            when
                newest.is_root
                or newest.is_tool_call
                or not known_traces.has_root_texts
                then newest.{{ field }}
        end as {{ field }},
        {%- endfor %}
        newest.input_tokens,
        newest.output_tokens,
        newest.cost_usd,
        newest.is_root,
        newest.is_error,
        newest.is_test,
        newest.started_at,
        newest.ended_at,
        newest.loaded_at

    from newest

    inner join known_traces
        on newest.trace_id = known_traces.trace_id

)

select * from agent_steps
