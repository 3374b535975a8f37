{{ config(
    enabled = 'mixpanel' in var('event_sources'),
    slice_by = 'mixpanel_insert_id',
    changes_by = ['event_id']
) }}

-- Grain: one product event. Exported again, the newest load wins: by then
-- Mixpanel may know who the device belongs to.
{%- set layout_events = {
    'fivetran': 'stg_mixpanel__events',
    'airbyte': 'stg_mixpanel__exports',
}[var('mixpanel_layout')] %}

with

events as (

    select * from {{ ref(layout_events) }}

),

usable as (

    select * from events
    where quarantine_reason is null

),

ranked as (

    select
        usable.*,
        row_number() over (
            partition by event_id
            order by
                loaded_at desc,
                coalesce(distinct_id, ''),
                coalesce(device_id, ''),
                coalesce(page_path, ''),
                coalesce(properties, '')
        ) as version_rank
    from usable

),

newest as (

    select * from ranked
    where version_rank = 1

),

product_events as (

    select
        event_id,
        mixpanel_insert_id,
        'mixpanel' as source_name,
        customer_external_id,
        customer_email,
        coalesce(distinct_id, device_id) as anonymous_id,
        event_name,
        page_path,
        properties,
        occurred_at,
        loaded_at
    from newest

)

select * from product_events
