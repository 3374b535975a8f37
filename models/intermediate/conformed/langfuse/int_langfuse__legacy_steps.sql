{{ config(
    enabled = 'langfuse' in var('trace_sources')
        and var('langfuse_layout') == 'legacy',
    materialized = 'view',
    slice_by = 'trace_id',
    changes_by = ['trace_id']
) }}

-- Grain: one version of a trace or of an observation, in the columns of the v2
-- layout. A trace is the outermost step of its run and bears the run's id.
{%- set fields_of_a_trace = [
    'session_ref', 'ticket_ref', 'customer_external_id',
    'customer_anonymous_id', 'customer_email', 'agent_name', 'agent_version',
] %}

with

traces as (

    select * from {{ ref('stg_langfuse__traces') }}

),

observations as (

    select * from {{ ref('stg_langfuse__observations') }}

),

trace_steps as (

    select
        source_row_id,
        trace_id,
        'TRACE' as observation_type,
        cast(null as {{ dbt.type_string() }}) as step_name,
        {{ fields_of_a_trace | join(',\n        ') }},
        logged_input,
        logged_output,
        cast(null as bigint) as input_tokens,
        cast(null as bigint) as output_tokens,
        cast(null as numeric(28, 12)) as cost_usd,
        true as is_root,
        false as is_tool_call,
        false as is_error,
        is_test,
        is_deleted,
        started_at,
        cast(null as {{ column_type('timestamp') }}) as ended_at,
        quarantine_reason,
        loaded_at

    from traces

),

observation_steps as (

    select
        -- Some integrations give the outermost observation its trace's id.
        case
            when source_row_id = trace_id then source_row_id || ':observation'
            else source_row_id
        end as source_row_id,
        trace_id,
        observation_type,
        step_name,
        {%- for field in fields_of_a_trace %}
        cast(null as {{ dbt.type_string() }}) as {{ field }},
        {%- endfor %}
        logged_input,
        logged_output,
        input_tokens,
        output_tokens,
        cost_usd,
        is_root,
        is_tool_call,
        is_error,
        false as is_test,
        is_deleted,
        started_at,
        ended_at,
        quarantine_reason,
        loaded_at

    from observations

),

legacy_steps as (

    select * from trace_steps
    union all
    select * from observation_steps

)

select * from legacy_steps
