{{ config(enabled = 'datadog' in var('trace_sources')) }}

-- Grain: one score in its newest version, on the run of its span.
{%- set layout_evaluations = {
    'sdk': 'stg_datadog__evaluations',
    'export_api': 'stg_datadog__span_evaluations',
}[var('datadog_layout')] %}
{%- set contents = [
    'span_id', 'named_trace_id', 'session_ref', 'join_tag_key',
    'join_tag_value', 'score_name', 'metric_type', 'logged_value', 'scored_at',
] %}

with

evaluations as (

    select * from {{ ref(layout_evaluations) }}

),

agent_steps as (

    select * from {{ ref('int_datadog__agent_steps') }}

),

run_aliases as (

    select * from {{ ref('int_datadog__run_aliases') }}

),

versions as (

    select
        source_row_id,
        {{ contents | join(',\n        ') }},
        loaded_at,
        {{ try_cast('logged_value', 'double precision') }} as logged_number,
        row_number() over (
            partition by source_row_id
            order by
                loaded_at desc,
                scored_at desc,
                {{ row_fingerprint(contents) }} desc
        ) as version_number

    from evaluations

    where quarantine_reason is null

),

-- The span is believed first: the trace that SDKs name beside it is the APM's.
placed as (

    select
        versions.*,
        coalesce(
            agent_steps.run_id,
            apm_traces.run_id,
            tags.run_id,
            versions.named_trace_id
        ) as run_id

    from versions

    left join agent_steps
        on versions.span_id = agent_steps.step_id

    left join run_aliases as apm_traces
        on
            apm_traces.alias_kind = 'apm_trace'
            and versions.named_trace_id = apm_traces.run_alias

    left join run_aliases as tags
        on
            tags.alias_kind = 'tag'
            and versions.join_tag_key || ':' || versions.join_tag_value
            = tags.run_alias

    where versions.version_number = 1

),

-- Text and JSON may quote a customer; of them only that they were given is kept.
agent_scores as (

    select
        'datadog' as source_name,
        source_row_id as score_id,
        run_id,
        session_ref,
        score_name,
        case metric_type
            when 'score' then 'number'
            when 'boolean' then 'boolean'
            when 'categorical' then 'category'
            else 'text'
        end as score_kind,
        case metric_type
            when 'score' then logged_number
            when 'boolean'
                then case lower(logged_value) when 'true' then 1 when 'false' then 0 end
        end as score_value,
        case
            when metric_type = 'categorical' then logged_value
            when metric_type = 'boolean' then lower(logged_value)
        end as score_label,
        scored_at,
        loaded_at

    from placed

)

select * from agent_scores
