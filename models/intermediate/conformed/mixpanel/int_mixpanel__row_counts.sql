{{ config(enabled = 'mixpanel' in var('event_sources')) }}

-- Grain: one raw table. Counted from staging alone, so that a row lost on the
-- way to int_mixpanel__product_events shows.
{%- set layout_events = {
    'fivetran': 'stg_mixpanel__events',
    'airbyte': 'stg_mixpanel__exports',
}[var('mixpanel_layout')] -%}
{%- set table_name = {'fivetran': 'event', 'airbyte': 'export'}[
    var('mixpanel_layout')
] %}

with

events as (

    select * from {{ ref(layout_events) }}

),

counted as (

    select
        count(*) as raw_row_count,
        count(quarantine_reason) as quarantined_count,
        count(distinct case when quarantine_reason is null then event_id end)
            as used_count
    from events

),

row_counts as (

    select
        'mixpanel' as source_name,
        '{{ table_name }}' as table_name,
        raw_row_count,
        raw_row_count - quarantined_count - used_count as older_version_count,
        quarantined_count,
        used_count
    from counted

)

select * from row_counts
