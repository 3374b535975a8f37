{{ config(
    enabled = 'datadog' in var('trace_sources')
        and var('datadog_layout') == 'export_api'
) }}

-- Grain: one evaluation inside one version of a span, in the columns of the
-- SDK's evaluations. The export does not say when somebody judged: the end of
-- the span stands for it. A row is as usable as its span.

with

spans as (

    select * from {{ ref('stg_datadog__spans') }}

),

entries as (

    select
        source_row_id as span_id,
        trace_id,
        coalesce(ended_at, started_at) as scored_at,
        quarantine_reason,
        loaded_at,
        {{ each_json_entry('evaluation_json') }} as entry

    from spans

),

named as (

    select
        *,
        {{ small_letters(configured_field(json_text('entry', [0]))) }} as score_name

    from entries

),

span_evaluations as (

    select

        ---------- ids
        span_id || ':' || score_name as source_row_id,
        span_id,
        trace_id as named_trace_id,
        cast(null as {{ dbt.type_string() }}) as session_ref,
        cast(null as {{ dbt.type_string() }}) as join_tag_key,
        cast(null as {{ dbt.type_string() }}) as join_tag_value,

        ---------- strings
        score_name,
        lower({{ json_text('entry', [1, 'eval_metric_type']) }}) as metric_type,
        {{ json_text('entry', [1, 'value']) }} as logged_value,

        ---------- timestamps
        scored_at,
        loaded_at,
        coalesce(
            quarantine_reason,
            case when score_name is null then 'missing_name' end
        ) as quarantine_reason

    from named

)

select * from span_evaluations
where {{ is_remembered('datadog', {
    'named_trace_id': 'run', 'span_id': 'run', 'session_ref': 'session',
}) }}
