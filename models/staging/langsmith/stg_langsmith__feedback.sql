{{ config(enabled = 'langsmith' in var('trace_sources')) }}

-- Grain: one version of one piece of feedback, usable or not. It hangs on a run,
-- which is any step of a trace, or on a whole thread. Its session_id would be
-- the tracing project.
{%- set columns = {
    'id': 'string',
    'run_id': 'string',
    'trace_id': 'string',
    'feedback_thread_id': 'string',
    'key': 'string',
    'score': 'string',
    'value': 'string',
    'created_at': 'timestamp',
    'modified_at': 'timestamp',
} %}

with

source as (

    select
        *,
        {{ optional_column('langsmith', 'feedback', 'trace_id') }}
            as logged_trace_id,
        {{ optional_column('langsmith', 'feedback', 'feedback_thread_id') }}
            as logged_thread_id,
        {{ json_decoded(json_of('score')) }} as score_text,
        {{ json_decoded(json_of('value')) }} as value_text

    from {{ optional_source('langsmith', 'feedback', columns) }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('run_id') }} as step_id,
        {{ configured_field('logged_trace_id') }} as trace_id,
        {{ configured_field('logged_thread_id') }} as session_ref,

        ---------- strings
        {{ small_letters(configured_field('key')) }} as score_name,
        {{ small_letters(configured_field('score_text')) }} as score_text,
        {{ configured_field('value_text') }} as value_text,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as scored_at,
        coalesce(
            {{ utc_timestamp('modified_at') }}, {{ utc_timestamp('created_at') }}
        ) as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        *,
        case
            when source_row_id is null then 'missing_id'
            when step_id is null and trace_id is null and session_ref is null
                then 'missing_parent'
            when score_name is null then 'missing_name'
            when scored_at is null then 'unreadable_time'
            when scored_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('langsmith', {
    'step_id': 'run', 'trace_id': 'run', 'session_ref': 'session',
}) }}
