{{ config(enabled = 'mixpanel' in var('event_sources')) }}

-- Grain: one raw row that cannot be used.

with

stg_mixpanel__events as (

    select * from {{ ref('stg_mixpanel__events') }}

),

quarantined_rows as (

    select
        'mixpanel' as source_name,
        'event' as table_name,
        coalesce(mixpanel_insert_id, event_id) as row_id,
        quarantine_reason,
        loaded_at
    from stg_mixpanel__events
    where quarantine_reason is not null

)

select * from quarantined_rows
