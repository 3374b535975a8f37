{{ config(
    enabled = 'opentelemetry' in var('trace_sources')
        and var('opentelemetry_layout') == 'otlp'
) }}

-- Grain: one OTLP JSON document, usable or not. A document written twice counts
-- once, so its contents are its id. The contents themselves are not here: they are
-- about many people, some of whom may be forgotten.
with

source as (

    select
        *,
        cast(resource_logs as {{ dbt.type_string() }}) as document_text

    from {{ optional_source('opentelemetry', 'logs', {
        'resource_logs': 'string',
    }) }}

),

judged as (

    select

        ---------- ids
        {{ row_fingerprint(['document_text']) }} as source_row_id,

        ---------- timestamps
        {{ utc_timestamp(var('opentelemetry_loaded_at')) }} as loaded_at,

        case
            when coalesce({{ json_kind('document_text') }}, '') <> 'array'
                then 'unreadable_document'
        end as quarantine_reason

    from source

)

select * from judged
