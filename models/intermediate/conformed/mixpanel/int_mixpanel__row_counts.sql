{{ config(enabled = 'mixpanel' in var('event_sources')) }}

-- Grain: one raw table. Counted from staging alone, so that a row lost on the
-- way to int_mixpanel__product_events shows.

with

stg_mixpanel__events as (

    select * from {{ ref('stg_mixpanel__events') }}

),

counted as (

    select
        count(*) as raw_row_count,
        count(quarantine_reason) as quarantined_count,
        count(distinct case when quarantine_reason is null then event_id end)
            as used_count
    from stg_mixpanel__events

),

row_counts as (

    select
        'mixpanel' as source_name,
        'event' as table_name,
        raw_row_count,
        raw_row_count - quarantined_count - used_count as older_version_count,
        quarantined_count,
        used_count
    from counted

)

select * from row_counts
