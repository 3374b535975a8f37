{{ config(enabled = 'opentelemetry' in var('trace_sources')) }}

-- Grain: one span that has texts in its events: what the model was given and
-- what it answered, each as one JSON array of messages, or as logged where one
-- event holds all of it. Without content capture events come without content.
{%- set is_whole %}event_name in (
                'gen_ai.client.inference.operation.details',
                'gen_ai.content.prompt',
                'gen_ai.content.completion'
            ){%- endset %}

with

genai_events as (

    select * from {{ ref('int_opentelemetry__genai_events') }}
    where trace_id is not null and span_id is not null

),

named as (

    select
        event_id,
        trace_id,
        span_id,
        occurred_at,
        occurred_text,
        case event_name
            when 'gen_ai.system.message' then 'system'
            when 'gen_ai.user.message' then 'user'
            when 'gen_ai.assistant.message' then 'assistant'
            when 'gen_ai.tool.message' then 'tool'
            when 'gen_ai.choice' then 'choice'
        end as spoken_by,
        coalesce(
            {{ json_text('payload', ['message', 'content']) }},
            {{ json_text('payload', 'content') }},
            -- An object here without a content is a tool call.
            case
                when {{ json_text('payload', ['message', 'role']) }} is null
                    and {{ json_text('payload', ['message', 'tool_calls']) }} is null
                    then {{ json_text('payload', 'message') }}
            end,
            case
                when coalesce({{ json_kind('payload') }}, '') <> 'object'
                    then payload
            end
        ) as content,
        case
            when {{ is_whole }}
                then coalesce(
                    {{ json_text('attributes_json', 'gen_ai.input.messages') }},
                    {{ json_text('attributes_json', 'gen_ai.prompt') }}
                )
        end as whole_input,
        case
            when {{ is_whole }}
                then coalesce(
                    {{ json_text('attributes_json', 'gen_ai.output.messages') }},
                    {{ json_text('attributes_json', 'gen_ai.completion') }}
                )
        end as whole_output

    from genai_events

),

-- Times tie where a clock is coarse; the raw text keeps the nanoseconds.
ordered as (

    select
        trace_id,
        span_id,
        whole_input,
        whole_output,
        case
            when spoken_by <> 'choice' and content is not null
                then {{ json_message('spoken_by', 'content') }}
        end as given_message,
        case
            when spoken_by = 'choice' and content is not null
                then {{ json_message("'assistant'", 'content') }}
        end as answered_message,
        row_number() over (
            partition by trace_id, span_id
            order by occurred_at nulls last, occurred_text nulls last, event_id
        ) as event_number

    from named

),

event_texts as (

    select
        trace_id,
        span_id,
        coalesce(
            {{ first_known('whole_input', 'event_number') }},
            '[' || {{ dbt.listagg(
                'given_message', "','", 'order by event_number'
            ) }} || ']'
        ) as logged_input,
        coalesce(
            {{ first_known('whole_output', '-event_number') }},
            '[' || {{ dbt.listagg(
                'answered_message', "','", 'order by event_number'
            ) }} || ']'
        ) as logged_output

    from ordered

    group by 1, 2

)

select * from event_texts
