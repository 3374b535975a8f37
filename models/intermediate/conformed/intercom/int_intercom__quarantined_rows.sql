{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one raw row that cannot be used.
{%- set raw_tables = intercom_raw_tables() %}

with

quarantined_rows as (

    {{ quarantined_rows_of('intercom', raw_tables) }}

)

select * from quarantined_rows
