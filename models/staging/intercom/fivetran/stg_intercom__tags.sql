{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'fivetran'
) }}
{%- set columns = {
    'id': 'string',
    'name': 'string',
    '_fivetran_synced': 'timestamp',
} %}

-- Grain: one row of the raw table tag; a tag has one row per load.

with

source as (

    select * from {{ optional_source('intercom', 'tag', columns) }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as tag_id,

        ---------- strings
        {{ small_letters(configured_field('name')) }} as tag_name,

        ---------- timestamps
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

),

judged as (

    select
        renamed.*,
        case
            when tag_id is null then 'missing_id'
            when tag_name is null then 'missing_name'
        end as quarantine_reason

    from renamed

)

select * from judged
