{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one raw table. Used rows are counted by key here, not read off the
-- models that use them, so that a model that loses rows is found out.

with

row_counts as (

    {{ row_counts_of('freshdesk', freshdesk_raw_tables()) }}

)

select * from row_counts
