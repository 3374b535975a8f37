{{ config(enabled = 'datadog' in var('trace_sources')) }}

-- Grain: one version of one span, in either layout, with the names that the
-- vars datadog_* may use and the texts it logged.
{%- set layout_spans = {
    'sdk': 'stg_datadog__logged_spans',
    'export_api': 'stg_datadog__exported_spans',
}[var('datadog_layout')] %}

with

spans as (

    select * from {{ ref(layout_spans) }}

),

described as (

    select
        *,
        {{ datadog_field(['logged_ml_app', 'tags.ml_app']) }} as ml_app,
        {{ datadog_field('tags.env') }} as environment,
        {{ datadog_field('tags.service') }} as service,
        {{ datadog_field(['tags.user_id', 'tags.usr.id', 'metadata.user_id']) }}
            as user_id,
        {{ datadog_field('tags.user_handle') }} as user_handle,
        {{ datadog_field('tags.experiment_id') }} as experiment_id,
        {{ datadog_field('tags.runner.integration') }} as evaluator_name,
        {{ datadog_payload('input_json') }} as logged_input,
        {{ datadog_payload('output_json') }} as answer

    from spans

),

-- A model that only calls tools answers with the content '': nobody spoke.
described_spans as (

    select
        *,
        case
            when
                {{ json_kind('answer') }} = 'array'
                and {{ json_text(
                    json_last_message('answer', ['assistant']), 'content'
                ) }} = ''
                then null
            else answer
        end as logged_output

    from described

)

select * from described_spans
where {{ is_remembered('datadog', {
    'trace_id': 'run', 'session_id': 'session', 'user_id': 'key',
}) }}
