{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'raw_key',
    slice_through = slices_of_raw_tables(zendesk_raw_tables())
) }}

-- Grain: one raw row that cannot be used. A row without id gets a hash of what
-- identifies it, never of text or e-mail.

with

quarantined_rows as (

    {{ quarantined_rows_of('zendesk', zendesk_raw_tables()) }}

)

select * from quarantined_rows
