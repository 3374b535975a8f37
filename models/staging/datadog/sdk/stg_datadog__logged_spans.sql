{{ config(
    enabled = 'datadog' in var('trace_sources')
        and var('datadog_layout') == 'sdk'
) }}

-- Grain: one span event as the SDK sends it, in the columns of both layouts.
with

source as (

    select
        *,
        {{ optional_column('datadog', 'spans', 'session_id') }}
            as logged_session_id,
        {{ json_of(optional_column('datadog', 'spans', 'metrics')) }}
            as metrics_json,
        {{ json_of(optional_column('datadog', 'spans', '_dd')) }} as apm_json,
        {{ json_of('meta') }} as meta_json

    from {{ source('datadog', 'spans') }}

),

unpacked as (

    select

        ---------- ids
        {{ configured_field('span_id') }} as source_row_id,
        {{ configured_field('trace_id') }} as trace_id,
        {{ configured_field('parent_id') }} as parent_id,
        {{ configured_field('logged_session_id') }} as session_id,
        {{ json_text('apm_json', 'apm_trace_id') }} as apm_trace_id,

        ---------- strings
        {{ configured_field('name') }} as name,
        cast(null as {{ dbt.type_string() }}) as logged_ml_app,
        lower({{ configured_field('status') }}) as status,
        -- One flat key up to 3.12, an object since; the HTTP API has no "span".
        lower(coalesce(
            {{ json_text('meta_json', 'span.kind') }},
            {{ json_text('meta_json', ['span', 'kind']) }},
            {{ json_text('meta_json', 'kind') }}
        )) as span_kind,
        {{ json_text('meta_json', 'input') }} as input_json,
        {{ json_text('meta_json', 'output') }} as output_json,
        {{ json_text('meta_json', 'metadata') }} as metadata_json,
        {{ json_of('tags') }} as tags_json,
        -- Sent as events of their own: the table evaluations.
        cast(null as {{ dbt.type_string() }}) as evaluation_json,

        ---------- numerics
        {{ try_cast('start_ns', 'bigint') }} as start_ns,
        {{ try_cast('duration', 'double precision') }} as duration_ns,
        {{ datadog_metric('input_tokens') }} as input_tokens,
        {{ datadog_metric('output_tokens') }} as output_tokens,
        -- Costs of one's own are sent in dollars; Datadog's estimates come back
        -- in nanodollars.
        coalesce(
            {{ datadog_metric('total_cost') }},
            {{ datadog_metric('input_cost') }}
            + {{ datadog_metric('output_cost') }},
            {{ datadog_metric('estimated_total_cost') }} / 1e9
        ) as cost_usd,

        ---------- timestamps
        {{ utc_timestamp(var('datadog_written_at')) }} as written_at

    from source

)

select * from unpacked
where {{ is_remembered('datadog', {
    'trace_id': 'run', 'session_id': 'session',
}) }}
