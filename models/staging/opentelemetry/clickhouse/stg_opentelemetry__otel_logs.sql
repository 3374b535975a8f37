{{ config(
    enabled = 'opentelemetry' in var('trace_sources')
        and var('opentelemetry_layout') == 'clickhouse'
) }}

-- Grain: one log record of any service, usable or not. A record has no id; all
-- it holds is its id, so that copies count once.
with

source as (

    select
        *,
        cast(log_attributes as {{ dbt.type_string() }}) as attributes_text,
        {{ optional_column('opentelemetry', 'otel_logs', 'event_name') }}
            as own_event_name

    from {{ optional_source('opentelemetry', 'otel_logs', {
        'timestamp': 'timestamp',
        'trace_id': 'string',
        'span_id': 'string',
        'body': 'string',
        'log_attributes': 'string',
        'event_name': 'string',
    }) }}

),

renamed as (

    select

        ---------- ids
        {{ hex_id('trace_id') }} as trace_id,
        {{ hex_id('span_id') }} as span_id,

        ---------- strings
        {{ configured_field(
            ['own_event_name', 'attributes.event.name'],
            'attributes', 'attributes_text'
        ) }} as event_name,
        nullif(cast(body as {{ dbt.type_string() }}), '') as body,
        {{ json_object_text('attributes_text') }} as attributes_json,
        cast(timestamp as {{ dbt.type_string() }}) as occurred_text,

        ---------- timestamps
        {{ utc_timestamp('timestamp') }} as occurred_at,
        {{ utc_timestamp(var('opentelemetry_loaded_at')) }} as written_at

    from source

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
