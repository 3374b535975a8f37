{% set trace_id = configured_field('trace_id') -%}
{{ config(
    enabled = 'langfuse' in var('trace_sources')
        and var('langfuse_layout') == 'legacy',
    raw_keys = {'trace_id': trace_id}
) }}

-- Grain: one version of one observation (a step inside a trace), usable or not.
with

source as (

    select
        *,
        {{ optional_column('langfuse', 'observations', 'usage_details') }}
            as usage_json,
        {{ optional_column('langfuse', 'observations', 'cost_details') }}
            as cost_json,
        {{ optional_column('langfuse', 'observations', 'total_cost') }}
            as cost_text

    from {{ source('langfuse', 'observations') }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ trace_id }} as trace_id,

        ---------- strings
        upper(type) as observation_type,
        nullif(name, '') as step_name,
        nullif(cast(input as {{ dbt.type_string() }}), '') as logged_input,
        nullif(cast(output as {{ dbt.type_string() }}), '') as logged_output,

        ---------- numerics
        {{ try_cast(json_text('usage_json', 'input'), 'bigint') }}
            as input_tokens,
        {{ try_cast(json_text('usage_json', 'output'), 'bigint') }}
            as output_tokens,
        coalesce(
            {{ dollars('cost_text') }}, {{ dollars(json_text('cost_json', 'total')) }}
        ) as cost_usd,

        ---------- booleans
        {{ configured_field('parent_observation_id') }} is null as is_root,
        coalesce({{ var('langfuse_is_tool_call') }}, false) as is_tool_call,
        coalesce(upper(level) = 'ERROR', false) as is_error,
        coalesce({{ var('langfuse_is_deleted') }}, false) as is_deleted,

        ---------- timestamps
        {{ utc_timestamp('start_time') }} as started_at,
        {{ utc_timestamp('end_time') }} as ended_at,
        -- Its creation says nothing of the end: a step may go on for hours.
        {{ utc_timestamp(var('langfuse_written_at')) }} as written_at,
        coalesce(
            {{ utc_timestamp(var('langfuse_written_at')) }},
            {{ utc_timestamp('created_at') }},
            {{ utc_timestamp('start_time') }}
        ) as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        *,
        case
            when source_row_id is null then 'missing_id'
            when trace_id is null then 'missing_parent'
            when started_at is null then 'unreadable_time'
            when
                started_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                or ended_at > {{ dbt.dateadd('hour', 1, 'written_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('langfuse', {'trace_id': 'run'}) }}
