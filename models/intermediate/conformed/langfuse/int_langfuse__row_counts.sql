{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one raw table. Used rows are counted by id here, not read off the
-- models that use them, so that a model that loses rows is found out.
{%- set raw_tables = {
    'legacy': {
        'traces': 'stg_langfuse__traces',
        'observations': 'stg_langfuse__observations',
        'scores': 'stg_langfuse__scores',
    },
    'v2': {
        'observations_v2': 'stg_langfuse__observations_v2',
        'scores': 'stg_langfuse__scores',
    },
}[var('langfuse_layout')] %}

with

counted as (
    {% for table_name, staging_model in raw_tables.items() %}
    select
        '{{ table_name }}' as table_name,
        count(*) as raw_row_count,
        count(quarantine_reason) as quarantined_count,
        count(case when quarantine_reason is null then 1 end)
            as usable_row_count,
        count(distinct case
            when quarantine_reason is null then source_row_id
        end) as used_count
    from {{ ref(staging_model) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

row_counts as (

    select
        'langfuse' as source_name,
        table_name,
        raw_row_count,
        usable_row_count - used_count as older_version_count,
        quarantined_count,
        used_count

    from counted

)

select * from row_counts
