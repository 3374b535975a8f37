{{ config(enabled = 'datadog' in var('trace_sources')) }}

-- Grain: one other name under which an evaluation may call a run: the id of its
-- APM trace, which is not the run's id and may hold several runs (no name of
-- any, then), or a tag of its spans, "key:value" (the first run that bears it).
{%- set layout_evaluations = {
    'sdk': 'stg_datadog__evaluations',
    'export_api': 'stg_datadog__span_evaluations',
}[var('datadog_layout')] %}

with

spans as (

    select * from {{ ref('stg_datadog__spans') }}

),

evaluations as (

    select * from {{ ref(layout_evaluations) }}

),

usable_spans as (

    select
        source_row_id,
        trace_id,
        apm_trace_id,
        tags_json,
        started_at

    from spans

    where quarantine_reason is null

),

apm_traces as (

    select
        'apm_trace' as alias_kind,
        apm_trace_id as run_alias,
        min(trace_id) as run_id

    from usable_spans

    where apm_trace_id is not null

    group by 1, 2

    having count(distinct trace_id) = 1

),

tag_keys as (

    select distinct join_tag_key

    from evaluations

    where join_tag_key <> 'session_id'

),

tagged_spans as (

    select
        usable_spans.*,
        tag_keys.join_tag_key,
        {{ json_tag_value('usable_spans.tags_json', 'tag_keys.join_tag_key') }}
            as tag_value

    from usable_spans

    cross join tag_keys

),

bearers as (

    select
        join_tag_key || ':' || tag_value as run_alias,
        trace_id,
        row_number() over (
            partition by join_tag_key, tag_value
            order by started_at nulls last, source_row_id, trace_id
        ) as bearer_number

    from tagged_spans

    where tag_value <> ''

),

run_aliases as (

    select
        alias_kind,
        run_alias,
        run_id

    from apm_traces

    union all

    select
        'tag' as alias_kind,
        run_alias,
        trace_id as run_id

    from bearers

    where bearer_number = 1

)

select * from run_aliases
