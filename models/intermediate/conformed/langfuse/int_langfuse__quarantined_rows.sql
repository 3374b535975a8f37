{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one raw row that cannot be used.
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

quarantined_rows as (
    {% for table_name, staging_model in raw_tables.items() %}
    select
        'langfuse' as source_name,
        '{{ table_name }}' as table_name,
        coalesce(
            source_row_id,
            {{ row_fingerprint(
                ['trace_id', 'loaded_at']
                + (['score_name', 'scored_at'] if table_name == 'scores'
                    else ['started_at', 'logged_input', 'logged_output'])
            ) }}
        ) as row_id,
        quarantine_reason,
        loaded_at
    from {{ ref(staging_model) }}
    where quarantine_reason is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

select * from quarantined_rows
