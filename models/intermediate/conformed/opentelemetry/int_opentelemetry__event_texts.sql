{{ config(enabled = 'opentelemetry' in var('trace_sources')) }}

-- Grain: one span that has texts in its events: what the model was given and
-- what it answered, each as one JSON array of messages, or as logged where one
-- event holds all of it. Without content capture events come without content.
{%- set whole_texts = [
    'gen_ai.client.inference.operation.details', 'gen_ai.content.prompt',
    'gen_ai.content.completion',
] %}

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
        coalesce(
            {{ json_text('attributes_json', 'gen_ai.input.messages') }},
            {{ json_text('attributes_json', 'gen_ai.prompt') }}
        ) as whole_input,
        coalesce(
            {{ json_text('attributes_json', 'gen_ai.output.messages') }},
            {{ json_text('attributes_json', 'gen_ai.completion') }}
        ) as whole_output,
        event_name in ('{{ whole_texts | join("', '") }}') as is_whole_text

    from genai_events

),

-- Times tie where a clock is coarse; the raw text keeps the nanoseconds.
ordered as (

    select
        *,
        row_number() over (
            partition by trace_id, span_id
            order by occurred_at, occurred_text, event_id
        ) as event_number

    from named

),

messages as (

    select
        trace_id,
        span_id,
        event_number,
        spoken_by,
        {{ json_message('spoken_by', 'content') }} as given_message,
        {{ json_message("'assistant'", 'content') }} as answered_message

    from ordered

    where spoken_by is not null and content is not null

),

given as (

    select
        trace_id,
        span_id,
        '[' || {{ dbt.listagg(
            'given_message', "','", 'order by event_number'
        ) }} || ']' as logged_input

    from messages

    where spoken_by <> 'choice'

    group by 1, 2

),

answered as (

    select
        trace_id,
        span_id,
        '[' || {{ dbt.listagg(
            'answered_message', "','", 'order by event_number'
        ) }} || ']' as logged_output

    from messages

    where spoken_by = 'choice'

    group by 1, 2

),

whole as (

    select
        trace_id,
        span_id,
        {{ first_known('whole_input', 'event_number') }} as logged_input,
        {{ first_known('whole_output', '-event_number') }} as logged_output

    from ordered

    where is_whole_text

    group by 1, 2

),

spans as (

    select distinct trace_id, span_id from ordered

),

event_texts as (

    select
        spans.trace_id,
        spans.span_id,
        coalesce(whole.logged_input, given.logged_input) as logged_input,
        coalesce(whole.logged_output, answered.logged_output) as logged_output

    from spans

    left join whole
        on spans.trace_id = whole.trace_id and spans.span_id = whole.span_id

    left join given
        on spans.trace_id = given.trace_id and spans.span_id = given.span_id

    left join answered
        on
            spans.trace_id = answered.trace_id
            and spans.span_id = answered.span_id

)

select * from event_texts
