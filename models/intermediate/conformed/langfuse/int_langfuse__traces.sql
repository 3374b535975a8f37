{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one trace, in its newest version: one turn of a session.
{%- set layout_traces = {
    'legacy': 'stg_langfuse__traces',
    'v2': 'stg_langfuse__observations_v2',
}[var('langfuse_layout')] %}
{%- set contents = [
    'trace_id', 'session_ref', 'ticket_ref', 'customer_external_id',
    'customer_anonymous_id', 'customer_email', 'agent_name', 'agent_version',
    'logged_input', 'logged_output', 'is_test', 'is_deleted', 'started_at',
] %}

with

traces as (

    select * from {{ ref(layout_traces) }}

),

trace_usage as (

    select * from {{ ref('int_langfuse__trace_usage') }}

),

usable as (

    select * from traces
    where is_root and quarantine_reason is null

),

versions as (

    select
        source_row_id,
        loaded_at,
        {{ contents | join(', ') }},
        row_number() over (
            partition by source_row_id
            order by loaded_at desc, {{ row_fingerprint(contents) }} desc
        ) as version_number

    from usable

),

-- In the v2 layout a trace can have several root rows; the first with an input
-- stands for it.
newest as (

    select
        *,
        row_number() over (
            partition by trace_id
            order by
                case when logged_input is null then 1 else 0 end,
                started_at,
                source_row_id
        ) as root_number

    from versions

    where version_number = 1 and not is_deleted

),

-- A trace without a session is a session of its own.
described as (

    select
        newest.trace_id,
        coalesce(newest.session_ref, newest.trace_id) as source_session_id,
        newest.ticket_ref,
        newest.customer_external_id,
        newest.customer_anonymous_id,
        newest.customer_email,
        newest.agent_name,
        newest.agent_version,
        newest.logged_input,
        newest.logged_output,
        trace_usage.model_cost_usd,
        trace_usage.input_tokens,
        trace_usage.output_tokens,
        coalesce(trace_usage.tool_call_count, 0) as tool_call_count,
        coalesce(trace_usage.tool_error_count, 0) as tool_error_count,
        newest.is_test,
        newest.started_at,
        case
            when trace_usage.ended_at > newest.started_at
                then trace_usage.ended_at
            else newest.started_at
        end as ended_at,
        newest.loaded_at

    from newest

    left join trace_usage
        on newest.trace_id = trace_usage.trace_id

    where newest.root_number = 1

),

positioned as (

    select
        *,
        row_number() over (
            partition by source_session_id
            order by started_at, ended_at, trace_id
        ) as session_position

    from described

)

select * from positioned
