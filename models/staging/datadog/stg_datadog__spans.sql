{{ config(enabled = 'datadog' in var('trace_sources')) }}

-- Grain: one version of one span (a step of a trace), usable or not.
with

described_spans as (

    select * from {{ ref('stg_datadog__described_spans') }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('source_row_id') }} as source_row_id,
        {{ configured_field('trace_id') }} as trace_id,
        -- 'undefined' is how the SDK writes that there is none.
        nullif({{ configured_field('parent_id') }}, 'undefined') as parent_id,
        {{ configured_field('apm_trace_id') }} as apm_trace_id,
        {{ datadog_field(var('datadog_session_id')) }} as session_ref,
        {{ datadog_field(var('datadog_ticket_ref')) }} as ticket_ref,
        {{ datadog_field(var('datadog_customer_id')) }} as customer_external_id,
        {{ datadog_field(var('datadog_anonymous_id')) }}
            as customer_anonymous_id,

        ---------- strings
        {{ small_letters(datadog_field(var('datadog_customer_email'))) }}
            as customer_email,
        {{ datadog_field(var('datadog_agent_name')) }} as agent_name,
        {{ datadog_field(var('datadog_agent_version')) }} as agent_version,
        span_kind,
        {{ configured_field('name') }} as span_name,
        evaluator_name,
        logged_input,
        logged_output,
        tags_json,
        evaluation_json,

        ---------- numerics
        {{ try_cast('input_tokens', 'bigint') }} as input_tokens,
        {{ try_cast('output_tokens', 'bigint') }} as output_tokens,
        -- Fixed decimals: sums of floats move with the order of the rows.
        {{ try_cast('cost_usd', 'numeric(28, 12)') }} as cost_usd,
        {{ try_cast(
            'case when duration_ns >= 0 then duration_ns end', 'bigint'
        ) }} as duration_ns,

        ---------- booleans
        coalesce(status = 'error', false) as is_error,
        coalesce({{ var('datadog_is_test') }}, false) as is_test,

        ---------- timestamps
        {{ datadog_time('start_ns') }} as started_at,
        written_at

    from described_spans

    {{ computed_once() }}

),

timed as (

    select
        *,
        {{ plus_nanoseconds('started_at', 'duration_ns') }} as ended_at

    from renamed

),

loaded as (

    select
        *,
        coalesce(written_at, ended_at, started_at) as loaded_at

    from timed

),

judged as (

    select
        *,
        case
            when source_row_id is null then 'missing_id'
            when trace_id is null then 'missing_parent'
            when started_at is null then 'unreadable_time'
            when
                greatest(started_at, ended_at)
                > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from loaded

)

select * from judged
where {{ is_remembered('datadog', {
    'trace_id': 'run', 'session_ref': 'session', 'customer_anonymous_id': 'key',
    'customer_email': 'key', 'customer_external_id': 'key',
}) }}
