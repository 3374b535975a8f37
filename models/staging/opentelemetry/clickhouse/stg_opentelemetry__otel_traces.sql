{{ config(
    enabled = 'opentelemetry' in var('trace_sources')
        and var('opentelemetry_layout') == 'clickhouse'
) }}

-- Grain: one copy of one span, of any service, usable or not. Retries of the
-- exporter leave copies.
with

source as (

    select
        *,
        cast(span_attributes as {{ dbt.type_string() }}) as attributes_text,
        cast(resource_attributes as {{ dbt.type_string() }}) as resource_text,
        cast(
            {{ optional_column('opentelemetry', 'otel_traces', 'events_timestamp') }}
            as {{ dbt.type_string() }}
        ) as event_times_json,
        cast(
            {{ optional_column('opentelemetry', 'otel_traces', 'events_name') }}
            as {{ dbt.type_string() }}
        ) as event_names_json,
        cast(
            {{ optional_column('opentelemetry', 'otel_traces', 'events_attributes') }}
            as {{ dbt.type_string() }}
        ) as event_attributes_json

    from {{ source('opentelemetry', 'otel_traces') }}

),

renamed as (

    select

        ---------- ids
        {{ hex_id('trace_id') }} || ':' || {{ hex_id('span_id') }}
            as source_row_id,
        {{ hex_id('trace_id') }} as trace_id,
        {{ hex_id('span_id') }} as span_id,
        {{ hex_id('parent_span_id') }} as parent_span_id,

        ---------- strings
        {{ configured_field('span_name') }} as span_name,
        {{ configured_field('service_name') }} as service_name,
        {{ configured_field('resource.service.version', 'resource', 'resource_text') }}
            as service_version,
        {{ configured_field(
            ['resource.deployment.environment.name', 'resource.deployment.environment'],
            'resource', 'resource_text'
        ) }} as environment,
        {{ json_object_text('attributes_text') }} as attributes_json,
        -- The first list says how many there are: an event is nothing without a
        -- name, but something without a time.
        {{ json_zipped({
            'name': 'event_names_json',
            'time': 'event_times_json',
            'attributes': 'event_attributes_json',
        }) }} as events_json,

        ---------- booleans
        -- The exporter has written 'Error', 'STATUS_CODE_ERROR' and the number.
        coalesce(
            lower(cast(status_code as {{ dbt.type_string() }}))
            in ('error', 'status_code_error', '2'), false
        ) as is_error,

        ---------- timestamps
        {{ utc_timestamp('timestamp') }} as started_at,
        {{ plus_nanoseconds(
            utc_timestamp('timestamp'), try_cast('duration', 'bigint')
        ) }} as ended_at,
        {{ utc_timestamp(var('opentelemetry_loaded_at')) }} as written_at

    from source

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
