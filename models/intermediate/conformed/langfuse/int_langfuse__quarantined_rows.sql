{{ config(
    enabled = 'langfuse' in var('trace_sources'),
    slice_by = 'raw_key',
    slice_through = slices_of_raw_tables(langfuse_raw_tables())
) }}

-- Grain: one raw row that cannot be used. A row without an id gets a hash of what
-- tells it apart from others, never of its text.

with

quarantined_rows as (

    {{ quarantined_rows_of('langfuse', langfuse_raw_tables()) }}

)

select * from quarantined_rows
