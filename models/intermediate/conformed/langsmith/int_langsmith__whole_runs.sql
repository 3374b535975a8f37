{{ config(enabled = 'langsmith' in var('trace_sources')) }}

-- Grain: one run of LangSmith (a step of a trace), put together from its halves
-- and versions: in each column the newest one that says anything counts. The
-- newest row alone would lack what only the first half has: the run's type, its
-- start, often its input.
{%- set words = [
    'run_id', 'parent_step_id', 'run_type', 'step_name', 'session_ref',
    'ticket_ref', 'customer_external_id', 'customer_email',
    'customer_anonymous_id', 'agent_name', 'agent_version', 'logged_input',
    'logged_output',
] %}
{%- set numbers = [
    'input_tokens', 'output_tokens', 'total_cost_usd', 'own_cost_usd',
    'started_at', 'ended_at',
] %}

with

runs as (

    select * from {{ ref('stg_langsmith__runs') }}

),

versions as (

    select
        *,
        row_number() over (
            partition by source_row_id
            order by
                loaded_at desc,
                {{ row_fingerprint(words + numbers + ['is_error', 'is_test']) }}
                    desc
        ) as version_number

    from runs

    where quarantine_reason is null

),

whole_runs as (

    select
        source_row_id as step_id,
        {%- for column in words + numbers %}
        {{ first_known(column, 'version_number') }} as {{ column }},
        {%- endfor %}
        max(case when is_error then 1 else 0 end) = 1 as is_error,
        max(case when is_test then 1 else 0 end) = 1 as is_test,
        max(loaded_at) as loaded_at

    from versions

    group by 1

)

select * from whole_runs
