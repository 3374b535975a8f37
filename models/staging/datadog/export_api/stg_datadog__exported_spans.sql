{{ config(
    enabled = 'datadog' in var('trace_sources')
        and var('datadog_layout') == 'export_api'
) }}

-- Grain: one span as the Export API returns it (again each time a window is
-- exported again), in the columns of both layouts. The attributes stand in one
-- column, as in the response, or in columns of their own.
{%- set attributes =
    row_as_json('span_row')
    if 'datadog.exported_spans.attributes' in var('absent_columns')
    else json_of('attributes') %}

with

source as (

    select
        span_row.*,
        {{ attributes }} as attributes_json

    from {{ source('datadog', 'exported_spans') }} as span_row

),

measured as (

    select
        *,
        {{ json_text('attributes_json', 'metrics') }} as metrics_json

    from source

),

unpacked as (

    select

        ---------- ids
        {{ json_text('attributes_json', 'span_id') }} as source_row_id,
        {{ json_text('attributes_json', 'trace_id') }} as trace_id,
        {{ json_text('attributes_json', 'parent_id') }} as parent_id,
        -- Not exported: the session is a tag.
        cast(null as {{ dbt.type_string() }}) as session_id,
        cast(null as {{ dbt.type_string() }}) as apm_trace_id,

        ---------- strings
        {{ json_text('attributes_json', 'name') }} as name,
        {{ json_text('attributes_json', 'ml_app') }} as logged_ml_app,
        lower({{ json_text('attributes_json', 'status') }}) as status,
        lower({{ json_text('attributes_json', 'span_kind') }}) as span_kind,
        {{ json_text('attributes_json', 'input') }} as input_json,
        {{ json_text('attributes_json', 'output') }} as output_json,
        {{ json_text('attributes_json', 'metadata') }} as metadata_json,
        {{ json_text('attributes_json', 'tags') }} as tags_json,
        {{ json_text('attributes_json', 'evaluation') }} as evaluation_json,

        ---------- numerics
        {{ try_cast(
            json_text('attributes_json', 'start_ns'), 'bigint'
        ) }} as start_ns,
        {{ try_cast(
            json_text('attributes_json', 'duration'), 'double precision'
        ) }} as duration_ns,
        {{ datadog_metric('input_tokens') }} as input_tokens,
        {{ datadog_metric('output_tokens') }} as output_tokens,
        -- Datadog keeps every cost in nanodollars, also those sent in dollars.
        coalesce(
            {{ datadog_metric('estimated_total_cost') }},
            {{ datadog_metric('total_cost') }}
        ) / 1e9 as cost_usd,

        ---------- timestamps
        {{ utc_timestamp(var('datadog_written_at')) }} as written_at

    from measured

)

select * from unpacked
where {{ is_remembered('datadog', {
    'trace_id': 'run', 'session_id': 'session',
}) }}
