{{ config(
    enabled = 'opentelemetry' in var('trace_sources')
        and var('opentelemetry_layout') == 'otlp'
) }}

-- Grain: one log record of any service, usable or not. A record has no id; all
-- it holds is its id, so that copies count once.
with

source as (

    select
        *,
        cast(resource_logs as {{ dbt.type_string() }}) as document_text

    from {{ optional_source('opentelemetry', 'logs', {
        'resource_logs': 'string',
    }) }}

),

resources as (

    select
        {{ utc_timestamp(var('opentelemetry_loaded_at')) }}
            as document_written_at,
        {{ each_json_element('document_text') }} as resource_json

    from source

    where {{ json_kind('document_text') }} = 'array'

),

scopes as (

    select
        document_written_at,
        {{ each_json_element(json_text('resource_json', 'scopeLogs')) }}
            as scope_json

    from resources

),

records as (

    select
        document_written_at,
        {{ each_json_element(json_text('scope_json', 'logRecords')) }}
            as record_json

    from scopes

),

fields as (

    select
        document_written_at,
        {{ hex_id(json_text('record_json', 'traceId')) }} as trace_id,
        {{ hex_id(json_text('record_json', 'spanId')) }} as span_id,
        {{ json_text('record_json', 'eventName') }} as own_event_name,
        {{ json_text('record_json', 'attributes') }} as attributes_text,
        {{ json_text('record_json', 'body') }} as body_text,
        -- 0 stands for a time that the source did not tell.
        coalesce(
            nullif({{ json_text('record_json', 'timeUnixNano') }}, '0'),
            {{ json_text('record_json', 'observedTimeUnixNano') }}
        ) as occurred_text,
        {{ json_text('record_json', 'observedTimeUnixNano') }} as observed_text

    from records

),

flattened as (

    select
        *,
        case
            when coalesce(attributes_text, '') = '' then '{}'
            else {{ otlp_attributes('attributes_text') }}
        end as attributes_json,
        {{ otlp_value('body_text') }} as body_json

    from fields

),

renamed as (

    select

        ---------- ids
        trace_id,
        span_id,

        ---------- strings
        {{ configured_field(
            ['own_event_name', 'attributes.event.name'],
            'attributes', 'attributes_json'
        ) }} as event_name,
        nullif({{ json_decoded('body_json') }}, '') as body,
        attributes_json,
        occurred_text,

        ---------- timestamps
        {{ nanoseconds_to_timestamp('occurred_text') }} as occurred_at,
        coalesce(
            document_written_at, {{ nanoseconds_to_timestamp('observed_text') }}
        ) as written_at

    from flattened

    {{ computed_once() }}

),

judged as (

    select
        *,
        {{ row_fingerprint([
            'trace_id', 'span_id', 'event_name', 'body', 'attributes_json',
            'occurred_text',
        ]) }} as source_row_id,
        coalesce(written_at, occurred_at) as loaded_at,
        case
            when attributes_json is null then 'unreadable_attributes'
            -- Other records are of no interest, whatever they lack.
            when coalesce(event_name, '') not like 'gen_ai.%' then null
            when trace_id is null
                and {{ json_text('attributes_json', 'gen_ai.response.id') }} is null
                and {{ json_text('attributes_json', 'gen_ai.conversation.id') }}
                is null
                then 'missing_parent'
            when event_name = 'gen_ai.evaluation.result'
                and {{ configured_field(
                    'attributes.gen_ai.evaluation.name', 'attributes',
                    'attributes_json'
                ) }} is null
                then 'missing_name'
            when occurred_at is null then 'unreadable_time'
            when occurred_at > {{ dbt.dateadd('hour', 1, 'written_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
-- a record may name nothing but its session or the answer that it is about
where {{ is_remembered('opentelemetry', {
    'trace_id': 'run',
    json_text('attributes_json', 'gen_ai.conversation.id'): 'session',
    json_text('attributes_json', 'gen_ai.response.id'): 'run',
}) }}
