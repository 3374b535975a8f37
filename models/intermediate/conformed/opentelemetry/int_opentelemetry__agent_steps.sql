{{ config(
    enabled = 'opentelemetry' in var('trace_sources'),
    changes_by = ['run_id']
) }}

-- Grain: one step of a run of the agent. A run is one trace. Spans that are no
-- GenAI steps are here only for what they know of the customer, as 'other'.
{%- set read = ['attributes', 'attributes_json'] %}

with

spans as (

    select * from {{ ref('int_opentelemetry__spans') }}

),

step_usage as (

    select * from {{ ref('int_opentelemetry__step_usage') }}

),

event_texts as (

    select * from {{ ref('int_opentelemetry__event_texts') }}

),

runs as (

    select * from {{ ref('int_opentelemetry__runs') }}

),

-- Message by message before one value: the latter may be the raw request.
texts as (

    select
        spans.*,
        -- Where another span of the run names the conversation better, this
        -- one's is not it.
        case
            when spans.session_place > runs.session_place then null
            else spans.session_ref
        end as run_session_ref,
        coalesce(
            {{ json_indexed_messages(
                'spans.attributes_json', 'llm.input_messages', 'user',
                infix='message.', part_key='message_content.text'
            ) }},
            {{ json_indexed_messages(
                'spans.attributes_json', 'gen_ai.prompt', 'user'
            ) }},
            {{ configured_field(var('opentelemetry_logged_input'), *read) }}
        ) as attribute_input,
        coalesce(
            {{ json_indexed_messages(
                'spans.attributes_json', 'llm.output_messages', 'assistant',
                infix='message.', part_key='message_content.text'
            ) }},
            {{ json_indexed_messages(
                'spans.attributes_json', 'gen_ai.completion', 'assistant'
            ) }},
            {{ configured_field(var('opentelemetry_logged_output'), *read) }}
        ) as attribute_output

    from spans

    inner join runs
        on
            spans.trace_id = runs.trace_id
            and spans.started_at <= runs.last_step_ended_at

),

agent_steps as (

    select
        'opentelemetry' as source_name,
        texts.trace_id as run_id,
        texts.span_id as step_id,
        coalesce(step_usage.step_kind, 'other') as step_kind,
        texts.run_session_ref as session_ref,
        texts.ticket_ref,
        texts.customer_external_id,
        texts.customer_email,
        texts.customer_anonymous_id,
        texts.agent_name,
        texts.agent_version,
        case when step_usage.step_kind = 'tool_call' then texts.step_name end
            as tool_name,
        coalesce(
            {{ call_arguments('texts.attribute_input') }},
            event_texts.logged_input
        ) as logged_input,
        coalesce(texts.attribute_output, event_texts.logged_output)
            as logged_output,
        step_usage.input_tokens,
        step_usage.output_tokens,
        step_usage.cost_usd,
        coalesce(step_usage.is_root, false) as is_root,
        texts.is_error,
        texts.is_test,
        texts.started_at,
        -- What other services go on doing is no part of the answer.
        case when texts.step_kind is not null then texts.ended_at end as ended_at,
        texts.loaded_at

    from texts

    left join step_usage
        on
            texts.trace_id = step_usage.trace_id
            and texts.span_id = step_usage.span_id

    left join event_texts
        on
            texts.trace_id = event_texts.trace_id
            and texts.span_id = event_texts.span_id

)

select * from agent_steps
