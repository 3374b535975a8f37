{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one raw table.
{%- set raw_tables = intercom_raw_tables() %}

with

row_counts as (

    {{ row_counts_of('intercom', raw_tables) }}

)

select * from row_counts
