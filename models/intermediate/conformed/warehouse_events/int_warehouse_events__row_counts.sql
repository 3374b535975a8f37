{{ config(enabled = 'warehouse_events' in var('event_sources')) }}

-- Grain: one raw table: what became of its rows.

with

row_counts as (

    {{ row_counts_of('warehouse_events', warehouse_events_tables()) }}

)

select * from row_counts
