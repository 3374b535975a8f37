{% set source_row_id = configured_field('id') -%}
{{ config(
    enabled = 'langfuse' in var('trace_sources'),
    raw_keys = {'source_row_id': source_row_id}
) }}

-- Grain: one version of one score, usable or not. A score hangs on a trace (its
-- observation, if any, is inside it) or on a session.
{%- set columns = {
    'id': 'string',
    'timestamp': 'timestamp',
    'trace_id': 'string',
    'session_id': 'string',
    'name': 'string',
    'value': 'double precision',
    'data_type': 'string',
    'string_value': 'string',
    'created_at': 'timestamp',
    'updated_at': 'timestamp',
} %}

with

source as (

    select * from {{ optional_source('langfuse', 'scores', columns) }}

),

renamed as (

    select

        ---------- ids
        {{ source_row_id }} as source_row_id,
        {{ configured_field('trace_id') }} as trace_id,
        {{ configured_field('session_id') }} as session_ref,

        ---------- strings
        {{ small_letters(configured_field('name')) }} as score_name,
        upper({{ configured_field('data_type') }}) as data_type,
        {{ configured_field('string_value') }} as score_label,

        ---------- numerics
        {{ try_cast('value', 'double precision') }} as score_value,

        ---------- booleans
        coalesce({{ var('langfuse_is_deleted') }}, false) as is_deleted,

        ---------- timestamps
        {{ utc_timestamp('timestamp') }} as scored_at,
        coalesce(
            {{ utc_timestamp(var('langfuse_written_at')) }},
            {{ utc_timestamp('created_at') }},
            {{ utc_timestamp('timestamp') }}
        ) as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        *,
        case
            when source_row_id is null then 'missing_id'
            when trace_id is null and session_ref is null
                then 'missing_parent'
            when scored_at is null then 'unreadable_time'
            when scored_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('langfuse', {
    'trace_id': 'run', 'session_ref': 'session',
}) }}
