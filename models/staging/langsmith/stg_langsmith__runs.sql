{{ config(enabled = 'langsmith' in var('trace_sources')) }}

-- Grain: one raw row of a run (a step of a trace), usable or not. An export has
-- one whole row per run; an SDK sends two halves with one id, when the run starts
-- and when it ends, and each half knows only some of the columns.

with

source as (

    select * from {{ ref('stg_langsmith__unpacked_runs') }}

),

renamed as (

    select

        ---------- ids
        coalesce({{ configured_field('id') }}, substr(own_segment, 23, 36))
            as source_row_id,
        coalesce(
            {{ configured_field('logged_trace_id') }}, substr(run_path, 23, 36)
        ) as trace_id,
        coalesce({{ configured_field('parent_run_id') }}, path_parent_id)
            as parent_step_id,
        {{ configured_field(var('langsmith_session_id')) }} as session_ref,
        {{ configured_field(var('langsmith_ticket_ref')) }} as ticket_ref,
        {{ configured_field(var('langsmith_customer_id')) }}
            as customer_external_id,
        {{ configured_field(var('langsmith_anonymous_id')) }}
            as customer_anonymous_id,

        ---------- strings
        lower({{ configured_field('run_type') }}) as run_type,
        {{ configured_field('name') }} as step_name,
        {{ small_letters(configured_field(var('langsmith_customer_email'))) }}
            as customer_email,
        {{ configured_field(var('langsmith_agent_name')) }} as agent_name,
        {{ configured_field(var('langsmith_agent_version')) }} as agent_version,
        inputs_json as logged_input,
        outputs_json as logged_output,

        ---------- numerics
        -- LangSmith writes 0 where it could not count.
        coalesce(
            nullif({{ try_cast('logged_prompt_tokens', 'bigint') }}, 0),
            {{ try_cast(json_text('usage_json', 'input_tokens'), 'bigint') }},
            {{ try_cast(json_text('usage_json', 'prompt_tokens'), 'bigint') }}
        ) as input_tokens,
        coalesce(
            nullif({{ try_cast('logged_completion_tokens', 'bigint') }}, 0),
            {{ try_cast(json_text('usage_json', 'output_tokens'), 'bigint') }},
            {{ try_cast(
                json_text('usage_json', 'completion_tokens'), 'bigint'
            ) }}
        ) as output_tokens,
        -- The column holds the sum over all steps inside, too; what the step
        -- itself reports is its own.
        {{ dollars('logged_total_cost') }} as total_cost_usd,
        {{ dollars(json_text('usage_json', 'total_cost')) }} as own_cost_usd,

        ---------- booleans
        coalesce(
            {{ configured_field('logged_error') }} is not null
            or lower(logged_status) = 'error',
            false
        ) as is_error,
        coalesce({{ var('langsmith_is_test') }}, false) as is_test,

        ---------- timestamps
        coalesce({{ epoch_timestamp('start_time') }}, path_started_at) as started_at,
        {{ epoch_timestamp('end_time') }} as ended_at,
        -- Its start says nothing of the end: a run may go on for hours.
        {{ epoch_timestamp(var('langsmith_written_at')) }} as written_at,
        coalesce(
            {{ epoch_timestamp(var('langsmith_written_at')) }},
            {{ epoch_timestamp('start_time') }},
            path_started_at
        ) as loaded_at

    from source

    {{ computed_once() }}

),

-- What one half of a run lacks, the other tells.
completed as (

    select
        *,
        max(trace_id) over (partition by source_row_id) as any_trace_id,
        max(parent_step_id) over (partition by source_row_id) as any_parent_id,
        max(started_at) over (partition by source_row_id) as any_started_at

    from renamed

),

judged as (

    select
        *,
        coalesce(
            any_trace_id,
            case when any_parent_id is null then source_row_id end
        ) as run_id,
        case
            when source_row_id is null then 'missing_id'
            when any_trace_id is null and any_parent_id is not null
                then 'missing_parent'
            when any_started_at is null then 'unreadable_time'
            when
                started_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                or ended_at > {{ dbt.dateadd('hour', 1, 'written_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from completed

)

select * from judged
where {{ is_remembered('langsmith', {
    'run_id': 'run', 'trace_id': 'run', 'session_ref': 'session',
    'customer_anonymous_id': 'key', 'customer_email': 'key',
    'customer_external_id': 'key',
}) }}
