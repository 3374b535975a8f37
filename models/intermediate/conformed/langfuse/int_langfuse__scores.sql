{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one score, in its newest version, on the session it belongs to. The
-- session is null when the trace is not in the data.
{%- set feedback_names =
    (var('langfuse_feedback_score_names') | map('lower') | list) or [''] %}
{%- set contents = [
    'trace_id', 'session_ref', 'score_name', 'data_type', 'score_label',
    'score_value', 'scored_at', 'is_deleted',
] %}

with

scores as (

    select * from {{ ref('stg_langfuse__scores') }}

),

traces as (

    select * from {{ ref('int_langfuse__traces') }}

),

trace_sessions as (

    select * from {{ ref('int_langfuse__trace_sessions') }}

),

versions as (

    select
        *,
        row_number() over (
            partition by source_row_id
            order by loaded_at desc, {{ row_fingerprint(contents) }} desc
        ) as version_number

    from scores

    where quarantine_reason is null

),

newest as (

    select * from versions
    where version_number = 1 and not is_deleted

),

placed as (

    select
        'langfuse:' || newest.source_row_id as score_id,
        trace_sessions.trace_session_id,
        newest.score_name,
        newest.data_type,
        newest.score_label,
        newest.score_value,
        newest.score_name in (
            {%- for feedback_name in feedback_names %}
            '{{ feedback_name }}'{{ "," if not loop.last }}
            {%- endfor %}
        ) as is_feedback,
        newest.scored_at,
        newest.loaded_at

    from newest

    left join traces
        on newest.trace_id = traces.trace_id

    left join trace_sessions
        on coalesce(traces.source_session_id, newest.session_ref)
            = trace_sessions.source_session_id

)

select * from placed
