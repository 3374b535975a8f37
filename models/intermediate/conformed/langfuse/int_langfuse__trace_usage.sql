{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one trace that has observations: when it ended, what it cost.
{%- set layout_observations = {
    'legacy': 'stg_langfuse__observations',
    'v2': 'stg_langfuse__observations_v2',
}[var('langfuse_layout')] %}
{%- set contents = [
    'trace_id', 'observation_type', 'started_at', 'ended_at', 'input_tokens',
    'output_tokens', 'cost_usd', 'is_tool_call', 'is_error', 'is_deleted',
] %}

with

observations as (

    select * from {{ ref(layout_observations) }}

),

usable as (

    select * from observations
    where quarantine_reason is null

),

versions as (

    select
        source_row_id,
        {{ contents | join(', ') }},
        row_number() over (
            partition by source_row_id
            order by loaded_at desc, {{ row_fingerprint(contents) }} desc
        ) as version_number

    from usable

),

newest as (

    select * from versions
    where version_number = 1 and not is_deleted

),

-- Evaluators run on a trace long after the customer has read the answer.
usage_per_trace as (

    select
        trace_id,
        sum(cost_usd) as model_cost_usd,
        cast(sum(input_tokens) as bigint) as input_tokens,
        cast(sum(output_tokens) as bigint) as output_tokens,
        count(case when is_tool_call then 1 end) as tool_call_count,
        count(case when is_tool_call and is_error then 1 end)
            as tool_error_count,
        max(
            case
                when observation_type <> 'EVALUATOR'
                    then coalesce(ended_at, started_at)
            end
        ) as ended_at

    from newest

    group by 1

)

select * from usage_per_trace
