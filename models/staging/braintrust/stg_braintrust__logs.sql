{{ config(enabled = 'braintrust' in var('trace_sources')) }}

-- Grain: one version of one span, usable or not. A span that is rewritten is
-- exported again with the same id and the same `created`: only transaction_id,
-- which is no time, tells which version is newer.
{%- set metrics = {
    'input_tokens': 'prompt_tokens', 'output_tokens': 'completion_tokens',
} %}

with

source as (

    select
        *,
        {{ json_decoded(json_of('metadata')) }} as metadata_json,
        {{ json_of('metrics') }} as metrics_json,
        {{ json_of('span_attributes') }} as attributes_json,
        {{ json_of(optional_column('braintrust', 'logs', 'tags')) }} as tag_list,
        {{ json_of(optional_column('braintrust', 'logs', 'scores')) }}
            as scores_json,
        {{ json_of(optional_column('braintrust', 'logs', 'classifications')) }}
            as classifications_json,
        {{ json_of(optional_column('braintrust', 'logs', 'error')) }}
            as error_text,
        {{ try_cast(
            optional_column('braintrust', 'logs', 'is_root'), 'boolean'
        ) }} as is_marked_root,
        {{ json_text(json_of('span_parents'), [0]) }} as first_parent_id

    from {{ source('braintrust', 'logs') }}

),

described as (

    select
        *,
        {{ json_text('attributes_json', 'name') }} as span_name,
        lower({{ json_text('attributes_json', 'type') }}) as span_type,
        lower({{ json_text('attributes_json', 'purpose') }}) as span_purpose,
        {{ json_text('metrics_json', 'start') }} as logged_start,
        {{ json_text('metrics_json', 'end') }} as logged_end,
        coalesce(is_marked_root, span_id = root_span_id, false)
            as is_root_span,
        {{ configured_field('metadata.user_id') }} as user_id,
        {{ configured_field(['metadata.environment', 'metadata.env']) }}
            as environment

    from source

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('_xact_id') }} as transaction_id,
        {{ configured_field(['root_span_id', 'span_id']) }} as run_id,
        {{ configured_field('span_id') }} as span_id,
        {{ configured_field('first_parent_id') }} as parent_span_id,
        {{ configured_field(var('braintrust_session_id')) }} as session_ref,
        {{ configured_field(var('braintrust_ticket_ref')) }} as ticket_ref,
        {{ configured_field(var('braintrust_customer_id')) }}
            as customer_external_id,
        {{ configured_field(var('braintrust_anonymous_id')) }}
            as customer_anonymous_id,

        ---------- strings
        span_name,
        span_type,
        span_purpose,
        {{ small_letters(configured_field(var('braintrust_customer_email'))) }}
            as customer_email,
        {{ configured_field(var('braintrust_agent_name')) }} as agent_name,
        {{ configured_field(var('braintrust_agent_version')) }} as agent_version,
        {{ logged_payload('input') }} as logged_input,
        {{ logged_payload('output') }} as logged_output,
        scores_json,
        classifications_json,

        ---------- numerics
        {%- for name, metric in metrics.items() %}
        {{ try_cast(json_text('metrics_json', metric), 'bigint') }}
            as {{ name }},
        {%- endfor %}
        {{ dollars(json_text('metrics_json', 'estimated_cost')) }} as cost_usd,

        ---------- booleans
        is_root_span as is_root,
        coalesce({{ var('braintrust_is_tool_call') }}, false) as is_tool_call,
        coalesce(trim(error_text) not in ('', 'null'), false) as is_error,
        coalesce({{ var('braintrust_is_test') }}, false) as is_test,

        ---------- timestamps
        coalesce(
            {{ epoch_timestamp('logged_start') }},
            {{ utc_timestamp('created') }}
        ) as started_at,
        {{ epoch_timestamp('logged_end') }} as ended_at,
        -- `created` is when it began and says nothing of the end: a span may go on
        -- for hours.
        nullif(
            {{ utc_timestamp(var('braintrust_written_at')) }},
            {{ utc_timestamp('created') }}
        ) as written_at,
        coalesce(
            {{ utc_timestamp(var('braintrust_written_at')) }},
            {{ utc_timestamp('created') }},
            {{ epoch_timestamp('logged_start') }}
        ) as loaded_at

    from described

    {{ computed_once() }}

),

judged as (

    select
        *,
        case
            when source_row_id is null then 'missing_id'
            when run_id is null then 'missing_parent'
            when started_at is null then 'unreadable_time'
            when
                started_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                or ended_at > {{ dbt.dateadd('hour', 1, 'written_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('braintrust', {
    'run_id': 'run', 'session_ref': 'session', 'customer_anonymous_id': 'key',
    'customer_email': 'key', 'customer_external_id': 'key',
}) }}
