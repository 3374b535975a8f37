{{ config(enabled = 'langsmith' in var('trace_sources')) }}

-- Grain: one raw row of a run, with its JSON unpacked and its dotted order read.
-- A dotted order has one segment per step from the root down to the run itself:
-- 20260105T100000000000Z<id>.20260105T100001000000Z<id>
{%- set segment = '[0-9]{8}T[0-9]{12}Z[0-9a-fA-F-]{36}' %}
{%- set optional_columns = {
    'trace_id': 'logged_trace_id',
    'error': 'logged_error',
    'status': 'logged_status',
    'prompt_tokens': 'logged_prompt_tokens',
    'completion_tokens': 'logged_completion_tokens',
    'total_cost': 'logged_total_cost',
    'session_id': 'project_id',
    'reference_example_id': 'example_id',
} %}

with

source as (

    select
        *,
        {%- for column, new_name in optional_columns.items() %}
        {{ optional_column('langsmith', 'runs', column) }} as {{ new_name }},
        {%- endfor %}
        {{ json_of(optional_column('langsmith', 'runs', 'tags')) }} as tag_list,
        {{ logged_payload('inputs') }} as inputs_json,
        {{ logged_payload('outputs') }} as outputs_json,
        {{ json_text(json_of('extra'), 'metadata') }} as metadata_json,
        case
            when {{ text_matches(
                'dotted_order', "'^(" ~ segment ~ "[.])*" ~ segment ~ "$'"
            ) }}
                then dotted_order
        end as run_path

    from {{ source('langsmith', 'runs') }}

),

segmented as (

    select
        *,
        substr(run_path, length(run_path) - 57, 58) as own_segment,
        case
            when length(run_path) > 58
                then substr(run_path, length(run_path) - 94, 36)
        end as path_parent_id,
        {{ configured_field('metadata.user_id') }} as user_id,
        {{ configured_field(['metadata.environment', 'metadata.env']) }}
            as environment,
        -- Where the wrappers of the model vendors and LangChain put it.
        coalesce(
            {{ json_text('outputs_json', 'usage_metadata') }},
            {{ json_text('metadata_json', 'usage_metadata') }},
            {{ json_text('outputs_json', [
                'generations', 0, 0, 'message', 'kwargs', 'usage_metadata'
            ]) }},
            {{ json_text('outputs_json', ['llm_output', 'token_usage']) }},
            {{ json_text('outputs_json', 'usage') }}
        ) as usage_json

    from source

),

unpacked_runs as (

    select
        *,
        {{ utc_timestamp(
            "substr(own_segment, 1, 4) || '-' || substr(own_segment, 5, 2)"
            ~ " || '-' || substr(own_segment, 7, 2)"
            ~ " || ' ' || substr(own_segment, 10, 2)"
            ~ " || ':' || substr(own_segment, 12, 2)"
            ~ " || ':' || substr(own_segment, 14, 2)"
            ~ " || '.' || substr(own_segment, 16, 6)"
        ) }} as path_started_at

    from segmented

)

select * from unpacked_runs
where {{ is_remembered('langsmith', {'trace_id': 'run', 'user_id': 'key'}) }}
