{% set trace_id = configured_field('id') -%}
{{ config(
    enabled = 'langfuse' in var('trace_sources')
        and var('langfuse_layout') == 'legacy',
    raw_keys = {'trace_id': trace_id}
) }}

-- Grain: one version of one trace, usable or not. A trace is one turn: what the
-- customer wrote and what the agent answered.
with

source as (

    select * from {{ source('langfuse', 'traces') }}

),

decoded as (

    select
        *,
        {{ json_decoded('metadata') }} as metadata_json

    from source

    {{ computed_once() }}

),

renamed as (

    select

        ---------- ids
        {{ trace_id }} as source_row_id,
        {{ trace_id }} as trace_id,
        {{ configured_field(var('langfuse_session_id')) }} as session_ref,
        {{ configured_field(var('langfuse_ticket_ref')) }} as ticket_ref,
        {{ configured_field(var('langfuse_customer_id')) }}
            as customer_external_id,
        {{ configured_field(var('langfuse_anonymous_id')) }}
            as customer_anonymous_id,

        ---------- strings
        {{ small_letters(configured_field(var('langfuse_customer_email'))) }}
            as customer_email,
        {{ configured_field(var('langfuse_agent_name')) }} as agent_name,
        {{ configured_field(var('langfuse_agent_version')) }} as agent_version,
        nullif(cast(input as {{ dbt.type_string() }}), '') as logged_input,
        nullif(cast(output as {{ dbt.type_string() }}), '') as logged_output,

        ---------- booleans
        true as is_root,
        coalesce({{ var('langfuse_is_test') }}, false) as is_test,
        coalesce({{ var('langfuse_is_deleted') }}, false) as is_deleted,

        ---------- timestamps
        {{ utc_timestamp('timestamp') }} as started_at,
        {{ utc_timestamp('created_at') }} as created_at,
        coalesce(
            {{ utc_timestamp(var('langfuse_written_at')) }},
            {{ utc_timestamp('created_at') }},
            {{ utc_timestamp('timestamp') }}
        ) as loaded_at

    from decoded

    {{ computed_once() }}

),

judged as (

    select
        *,
        case
            when source_row_id is null then 'missing_id'
            when started_at is null then 'unreadable_time'
            when started_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('langfuse', {
    'trace_id': 'run', 'session_ref': 'session', 'customer_anonymous_id': 'key',
    'customer_email': 'key', 'customer_external_id': 'key',
}) }}
