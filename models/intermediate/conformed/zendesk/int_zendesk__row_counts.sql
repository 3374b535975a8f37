{{ config(enabled = 'zendesk' in var('ticket_sources')) }}

-- Grain: one raw table. Counted from the raw rows and the keys alone, apart
-- from the models that use them, so that the two can be compared.

with

row_counts as (

    {{ row_counts_of('zendesk', zendesk_raw_tables()) }}

)

select * from row_counts
