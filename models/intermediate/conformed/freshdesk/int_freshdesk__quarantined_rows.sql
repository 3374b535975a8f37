{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one raw row that cannot be used.

with

quarantined_rows as (

    {{ quarantined_rows_of('freshdesk', freshdesk_raw_tables()) }}

)

select * from quarantined_rows
