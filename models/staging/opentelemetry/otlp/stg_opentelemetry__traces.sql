{{ config(
    enabled = 'opentelemetry' in var('trace_sources')
        and var('opentelemetry_layout') == 'otlp'
) }}

-- Grain: one copy of one span, of any service, usable or not. A document holds
-- many, below the resource (the service) and the scope (the library) they share.
with

source as (

    select
        *,
        cast(resource_spans as {{ dbt.type_string() }}) as document_text

    from {{ source('opentelemetry', 'traces') }}

),

resources as (

    select
        {{ utc_timestamp(var('opentelemetry_loaded_at')) }} as written_at,
        {{ each_json_element('document_text') }} as resource_json

    from source

    where {{ json_kind('document_text') }} = 'array'

),

scopes as (

    select
        written_at,
        {{ otlp_attributes(json_text('resource_json', ['resource', 'attributes'])) }}
            as resource_text,
        {{ each_json_element(json_text('resource_json', 'scopeSpans')) }}
            as scope_json

    from resources

),

spans as (

    select
        written_at,
        resource_text,
        {{ each_json_element(json_text('scope_json', 'spans')) }} as span_json

    from scopes

),

fields as (

    select
        written_at,
        resource_text,
        {{ hex_id(json_text('span_json', 'traceId')) }} as trace_id,
        {{ hex_id(json_text('span_json', 'spanId')) }} as span_id,
        {{ hex_id(json_text('span_json', 'parentSpanId')) }} as parent_span_id,
        {{ json_text('span_json', 'name') }} as span_name,
        {{ json_text('span_json', 'attributes') }} as attributes_text,
        {{ json_text('span_json', 'events') }} as events_json,
        {{ json_text('span_json', ['status', 'code']) }} as status_code,
        {{ json_text('span_json', 'startTimeUnixNano') }} as start_nanoseconds,
        {{ json_text('span_json', 'endTimeUnixNano') }} as end_nanoseconds

    from spans

),

renamed as (

    select

        ---------- ids
        trace_id || ':' || span_id as source_row_id,
        trace_id,
        span_id,
        parent_span_id,

        ---------- strings
        {{ configured_field('span_name') }} as span_name,
        {{ configured_field('resource.service.name', 'resource', 'resource_text') }}
            as service_name,
        {{ configured_field('resource.service.version', 'resource', 'resource_text') }}
            as service_version,
        {{ configured_field(
            ['resource.deployment.environment.name', 'resource.deployment.environment'],
            'resource', 'resource_text'
        ) }} as environment,
        case
            when coalesce(attributes_text, '') = '' then '{}'
            else {{ otlp_attributes('attributes_text') }}
        end as attributes_json,
        events_json,

        ---------- booleans
        coalesce(
            lower(status_code) in ('2', 'status_code_error', 'error'), false
        ) as is_error,

        ---------- timestamps
        {{ nanoseconds_to_timestamp('start_nanoseconds') }} as started_at,
        {{ nanoseconds_to_timestamp('end_nanoseconds') }} as ended_at,
        written_at

    from fields

    {{ computed_once() }}

),

judged as (

    select
        *,
        -- Nothing was written before it ended.
        coalesce(written_at, ended_at, started_at) as loaded_at,
        case
            when span_id is null then 'missing_id'
            when trace_id is null then 'missing_parent'
            when started_at is null then 'unreadable_time'
            when
                greatest(started_at, ended_at)
                > {{ dbt.dateadd('hour', 1, 'written_at') }}
                then 'time_after_load'
            when attributes_json is null then 'unreadable_attributes'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('opentelemetry', {'trace_id': 'run'}) }}
