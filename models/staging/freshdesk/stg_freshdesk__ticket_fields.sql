{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}
{%- set table = {
    'airbyte': 'ticket_fields', 'api': 'api_ticket_fields'
}[var('freshdesk_layout')] %}
{%- set stamp = {
    'airbyte': '_airbyte_extracted_at', 'api': 'updated_at'
}[var('freshdesk_layout')] %}
{%- set columns = {
    'id': 'string',
    'name': 'string',
    'choices': 'string',
    'created_at': 'timestamp',
    'updated_at': 'timestamp',
    stamp: 'timestamp',
} %}

-- Grain: one row of the raw table; a field of the ticket form has one row per
-- loaded version. Only the field status is of use: its choices say what the
-- numbers of the statuses mean in this account.

with

source as (

    select * from {{ optional_source('freshdesk', table, columns) }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as ticket_field_id,

        ---------- strings
        {{ small_letters("nullif(trim(name), '')") }} as field_name,
        -- {"4": ["Resolved", "This ticket has been Resolved"], ...}
        cast(choices as {{ dbt.type_string() }}) as choices_json,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp(stamp) }} as loaded_at

    from source

),

judged as (

    select
        renamed.*,
        case
            when ticket_field_id is null then 'missing_id'
            when field_name is null then 'missing_name'
        end as quarantine_reason

    from renamed

)

select * from judged
