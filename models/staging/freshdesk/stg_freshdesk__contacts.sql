{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}
{%- set table = {
    'airbyte': 'contacts', 'api': 'api_contacts'
}[var('freshdesk_layout')] %}
{%- set stamp = {
    'airbyte': '_airbyte_extracted_at', 'api': 'updated_at'
}[var('freshdesk_layout')] %}

-- Grain: one row of the raw table; a contact has one row per loaded version.
-- csat_rating is left out: it is the last rating of the person, of no ticket.

with

source as (

    select
        *,
        {{ json_object_of_pairs(
            optional_column('freshdesk', table, 'custom_fields'), 'name', 'value'
        ) }} as custom_fields_json

    from {{ source('freshdesk', table) }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as contact_id,
        {{ configured_field(
            var('freshdesk_customer_id'), 'custom_fields', 'custom_fields_json'
        ) }} as external_id,

        ---------- strings
        {{ small_letters("nullif(trim(email), '')") }} as email,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp(stamp) }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    -- a contact says who wrote and decides no time: only the id must be there
    select
        renamed.*,
        case when contact_id is null then 'missing_id' end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('freshdesk', {
    'contact_id': 'person', 'email': 'key', 'external_id': 'key',
}) }}
