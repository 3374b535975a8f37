{{ config(enabled = 'intercom' in var('ticket_sources')) }}
{%- set table, loaded_at = {
    'fivetran': ['admin', '_fivetran_synced'],
    'airbyte': ['admins', '_airbyte_extracted_at'],
}[var('intercom_layout')] %}
{%- set columns = {'id': 'string', 'email': 'string', loaded_at: 'timestamp'} %}

-- Grain: one row of the raw table; a teammate has one row per load. The bot
-- Operator is one of them, told by its address alone.

with

source as (

    select * from {{ optional_source('intercom', table, columns) }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as admin_id,

        ---------- booleans
        coalesce({{ small_letters(configured_field('email')) }}
            like 'operator+%@intercom.io', false) as is_operator,

        ---------- timestamps
        {{ utc_timestamp(loaded_at) }} as loaded_at

    from source

),

judged as (

    select
        renamed.*,
        case when admin_id is null then 'missing_id' end as quarantine_reason

    from renamed

)

select * from judged
