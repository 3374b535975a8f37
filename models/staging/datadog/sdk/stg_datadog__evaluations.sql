{{ config(
    enabled = 'datadog' in var('trace_sources')
        and var('datadog_layout') == 'sdk'
) }}

-- Grain: one evaluation or feedback event as the SDK sends it, usable or not. It
-- has no id: the same judge, name and target make it a version of one score.
-- Evaluations name their target in join_on, feedback in columns of its own.
{%- set columns = {
    'label': 'string',
    'metric_type': 'string',
    'timestamp_ms': 'bigint',
    'join_on': 'string',
    'span_id': 'string',
    'trace_id': 'string',
    'session_id': 'string',
    'submitter': 'string',
    'score_value': 'double precision',
    'categorical_value': 'string',
    'boolean_value': 'boolean',
} %}
{%- set is_absent = 'datadog.evaluations' in var('absent_tables') %}
{%- set identity = [
    'span_id', 'named_trace_id', 'session_ref', 'join_tag_key',
    'join_tag_value', 'score_name', 'judge_id',
] %}

with

source as (

    select
        {%- for column, type in columns.items() %}
        {{ column if loop.index <= 3 else optional_column(
            'datadog', 'evaluations', column, type
        ) }} as logged_{{ column }},
        {%- endfor %}
        {{ utc_timestamp('null' if is_absent else var('datadog_written_at')) }}
            as written_at

    from {{ optional_source('datadog', 'evaluations', columns) }}

),

unpacked as (

    select
        *,
        {{ json_of('logged_join_on') }} as join_json,
        {{ json_of('logged_submitter') }} as submitter_json

    from source

),

renamed as (

    select

        ---------- ids
        {{ configured_field([
            json_text('join_json', ['span', 'span_id']), 'logged_span_id'
        ]) }} as span_id,
        {{ configured_field([
            json_text('join_json', ['span', 'trace_id']), 'logged_trace_id'
        ]) }} as named_trace_id,
        {{ configured_field([
            'logged_session_id',
            "case when " ~ json_text('join_json', ['tag', 'key'])
            ~ " = 'session_id' then "
            ~ json_text('join_json', ['tag', 'value']) ~ " end",
        ]) }} as session_ref,
        {{ configured_field(json_text('join_json', ['tag', 'key'])) }}
            as join_tag_key,
        {{ configured_field(json_text('join_json', ['tag', 'value'])) }}
            as join_tag_value,
        {{ configured_field(json_text('submitter_json', 'id')) }} as judge_id,

        ---------- strings
        {{ small_letters(configured_field('logged_label')) }} as score_name,
        lower({{ configured_field('logged_metric_type') }}) as metric_type,
        -- Never the value of a text or of JSON: it may quote a customer.
        case lower(logged_metric_type)
            when 'score'
                then cast(logged_score_value as {{ dbt.type_string() }})
            when 'categorical'
                then cast(logged_categorical_value as {{ dbt.type_string() }})
            when 'boolean'
                then lower(
                    cast(logged_boolean_value as {{ dbt.type_string() }})
                )
        end as logged_value,

        ---------- timestamps
        {{ datadog_time(try_cast('logged_timestamp_ms', 'bigint')) }}
            as scored_at,
        written_at

    from unpacked

    {{ computed_once() }}

),

identified as (

    select
        {{ row_fingerprint(identity) }} as source_row_id,
        *,
        coalesce(written_at, scored_at) as loaded_at

    from renamed

),

judged as (

    select
        *,
        case
            when
                coalesce(span_id, named_trace_id, session_ref, join_tag_value)
                is null
                then 'missing_parent'
            when score_name is null then 'missing_name'
            when scored_at is null then 'unreadable_time'
            when scored_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from identified

)

select * from judged
-- the tag by which a span is named may be of a run or of a person
where {{ is_remembered('datadog', {
    'named_trace_id': 'run', 'span_id': 'run', 'session_ref': 'session',
    'join_tag_value': 'run', 'trim(join_tag_value)': 'key',
}) }}
