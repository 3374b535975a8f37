{{ config(enabled = 'opentelemetry' in var('trace_sources')) }}

-- Grain: one verdict on what a model said (an event gen_ai.evaluation.result).
-- It names the run by its trace, else by the id of the model's response.
{%- set read = ['attributes', 'attributes_json'] %}

with

genai_events as (

    select * from {{ ref('int_opentelemetry__genai_events') }}
    where event_name = 'gen_ai.evaluation.result'

),

spans as (

    select * from {{ ref('int_opentelemetry__spans') }}

),

responses as (

    select
        response_id,
        min(trace_id) as trace_id

    from spans

    where response_id is not null

    group by 1

),

unpacked as (

    select
        event_id,
        trace_id,
        {{ configured_field('attributes.gen_ai.response.id', *read) }} as response_id,
        {{ configured_field('attributes.gen_ai.conversation.id', *read) }}
            as session_ref,
        {{ small_letters(configured_field('attributes.gen_ai.evaluation.name', *read)) }}
            as score_name,
        {{ configured_field('attributes.gen_ai.evaluation.score.value', *read) }}
            as score_text,
        {{ configured_field('attributes.gen_ai.evaluation.score.label', *read) }}
            as score_label,
        occurred_at,
        loaded_at

    from genai_events

),

agent_scores as (

    select
        'opentelemetry' as source_name,
        unpacked.event_id as score_id,
        coalesce(unpacked.trace_id, responses.trace_id) as run_id,
        unpacked.session_ref,
        unpacked.score_name,
        case
            when {{ try_cast('unpacked.score_text', 'double precision') }}
                is not null
                then 'number'
            when unpacked.score_label is not null then 'category'
            else 'text'
        end as score_kind,
        {{ try_cast('unpacked.score_text', 'double precision') }}
            as score_value,
        unpacked.score_label,
        coalesce(unpacked.occurred_at, unpacked.loaded_at) as scored_at,
        unpacked.loaded_at

    from unpacked

    left join responses
        on unpacked.response_id = responses.response_id

    -- Log records without a name are quarantined; events of a span are no rows.
    where unpacked.score_name is not null

)

select * from agent_scores
