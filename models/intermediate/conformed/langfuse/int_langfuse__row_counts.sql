{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one raw table of the layout in use.

with

row_counts as (

    {{ row_counts_of('langfuse', langfuse_raw_tables()) }}

)

select * from row_counts
