{{ config(enabled = 'opentelemetry' in var('trace_sources')) }}

-- Grain: one span of any service that is a GenAI step or that knows who the
-- customer is, one copy of each. Its kind is null when it is no GenAI step.
{%- set spans = {
    'clickhouse': 'stg_opentelemetry__otel_traces',
    'otlp': 'stg_opentelemetry__traces',
}[var('opentelemetry_layout')] %}
{%- set read = ['attributes', 'attributes_json'] %}
{%- set session_id = var('opentelemetry_session_id') %}
{%- set session_places = [session_id] if session_id is string else session_id %}

with

spans as (

    select * from {{ ref(spans) }}
    where quarantine_reason is null

),

copies as (

    select
        *,
        row_number() over (
            partition by source_row_id
            order by
                loaded_at desc,
                ended_at desc,
                {{ row_fingerprint(['attributes_json', 'span_name']) }} desc
        ) as copy_number

    from spans

),

named as (

    select
        *,
        lower({{ json_text('attributes_json', 'gen_ai.operation.name') }})
            as operation,
        lower({{ json_text('attributes_json', 'traceloop.span.kind') }})
            as traceloop_kind,
        lower({{ json_text('attributes_json', 'openinference.span.kind') }})
            as openinference_kind,
        lower({{ json_text('attributes_json', 'llm.request.type') }})
            as request_type,
        {{ json_text('attributes_json', 'gen_ai.request.model') }} as model_name,
        {{ configured_field(var('opentelemetry_user_id'), *read) }} as user_id

    from copies

    where copy_number = 1

),

-- A word that is none of these names a step of another kind: embeddings,
-- retriever, guardrail, create_agent.
described as (

    select
        trace_id,
        span_id,
        parent_span_id,
        {{ configured_field('attributes.gen_ai.response.id', *read) }} as response_id,
        case
            when operation in ('chat', 'text_completion', 'generate_content')
                then 'model_call'
            when operation = 'execute_tool' then 'tool_call'
            when operation in ('invoke_agent', 'invoke_workflow') then 'agent'
            when traceloop_kind in ('workflow', 'task', 'agent') then 'agent'
            when traceloop_kind = 'tool' then 'tool_call'
            when openinference_kind = 'llm' then 'model_call'
            when openinference_kind = 'tool' then 'tool_call'
            when openinference_kind in ('agent', 'chain') then 'agent'
            when openinference_kind = 'evaluator' then 'evaluator'
            when request_type in ('chat', 'completion') then 'model_call'
            when coalesce(
                operation, traceloop_kind, openinference_kind, request_type
            ) is not null
                then 'other'
            when model_name is not null then 'model_call'
        end as step_kind,
        {{ configured_field(session_places, *read) }} as session_ref,
        -- 1 is the place believed first; one more than there are is none.
        coalesce(
            {%- for place in session_places %}
            case
                when {{ configured_field(place, *read) }} is not null
                    then {{ loop.index }}
            end,
            {%- endfor %}
            {{ session_places | length + 1 }}
        ) as session_place,
        {{ configured_field(var('opentelemetry_ticket_ref'), *read) }} as ticket_ref,
        {{ configured_field(var('opentelemetry_customer_id'), *read) }}
            as customer_external_id,
        {{ small_letters(configured_field(var('opentelemetry_customer_email'), *read)) }}
            as customer_email,
        {{ configured_field(var('opentelemetry_anonymous_id'), *read) }}
            as customer_anonymous_id,
        {{ configured_field(var('opentelemetry_agent_name'), *read) }} as agent_name,
        {{ configured_field(var('opentelemetry_agent_version'), *read) }}
            as agent_version,
        coalesce(
            {{ json_text('attributes_json', 'gen_ai.tool.name') }},
            {{ json_text('attributes_json', 'tool.name') }},
            {{ json_text('attributes_json', 'traceloop.entity.name') }},
            span_name
        ) as step_name,
        attributes_json,
        is_error,
        coalesce({{ var('opentelemetry_is_test') }}, false) as is_test,
        started_at,
        -- A clock set back during the step says nothing about its end.
        case when ended_at >= started_at then ended_at end as ended_at,
        loaded_at

    from named

),

useful_spans as (

    select * from described
    where coalesce(
        step_kind, session_ref, ticket_ref, customer_external_id, customer_email,
        customer_anonymous_id
    ) is not null

)

select * from useful_spans
