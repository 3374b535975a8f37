{{ config(
    enabled = 'langfuse' in var('trace_sources'),
    slice_by = 'score_id',
    changes_by = ['score_id'],
    slice_through = {'stg_langfuse__scores': ['source_row_id']}
) }}

-- Grain: one score in its newest version. Free text and labels of kinds yet
-- unknown may quote a customer and stay behind.
{%- set contents = [
    'trace_id', 'session_ref', 'score_name', 'data_type', 'score_label',
    'score_value', 'scored_at', 'is_deleted',
] %}

with

scores as (

    select * from {{ ref('stg_langfuse__scores') }}

),

versions as (

    select
        *,
        row_number() over (
            partition by source_row_id
            order by loaded_at desc, {{ row_fingerprint(contents) }} desc
        ) as version_number

    from scores

    where quarantine_reason is null

),

agent_scores as (

    select
        'langfuse' as source_name,
        source_row_id as score_id,
        trace_id as run_id,
        session_ref,
        score_name,
        case data_type
            when 'NUMERIC' then 'number'
            when 'BOOLEAN' then 'boolean'
            when 'CATEGORICAL' then 'category'
            else 'text'
        end as score_kind,
        score_value,
        case when data_type in ('BOOLEAN', 'CATEGORICAL') then score_label end
            as score_label,
        scored_at,
        loaded_at

    from versions

    where version_number = 1 and not is_deleted

)

select * from agent_scores
