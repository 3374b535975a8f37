{{ config(
    enabled = 'mixpanel' in var('event_sources'),
    slice_by = 'mixpanel_insert_id'
) }}

-- Grain: one raw row that cannot be used.
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

quarantined_rows as (

    select
        'mixpanel' as source_name,
        '{{ table_name }}' as table_name,
        coalesce(mixpanel_insert_id, event_id) as row_id,
        quarantine_reason,
        mixpanel_insert_id,
        loaded_at
    from events
    where quarantine_reason is not null

)

select * from quarantined_rows
