{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'airbyte'
) }}

-- Grain: one version of one contact, usable or not. signed_up_at is left out:
-- whoever imports contacts sets it, also to days that are years away.

with

source as (

    select * from {{ source('intercom', 'contacts') }}

),

decoded as (

    select
        *,
        {{ json_of('custom_attributes') }} as custom_attributes_json

    from source

    {{ computed_once() }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as contact_id,
        {{ configured_field(
            var('intercom_customer_id'),
            'custom_attributes', 'custom_attributes_json'
        ) }} as external_id,

        ---------- strings
        {{ small_letters(configured_field('email')) }} as email,

        ---------- timestamps
        {{ epoch_timestamp('created_at') }} as created_at,
        {{ epoch_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from decoded

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
where {{ is_remembered('intercom', {
    'contact_id': 'person', 'email': 'key', 'external_id': 'key',
}) }}
