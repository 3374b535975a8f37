{{ config(enabled = 'warehouse_events' in var('event_sources')) }}

-- Grain: one raw row that cannot be used.

with

quarantined_rows as (

    {{ quarantined_rows_of('warehouse_events', warehouse_events_tables()) }}

)

select * from quarantined_rows
