{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'fivetran'
) }}

-- Grain: one version of one contact, usable or not. signed_up_at is left out:
-- whoever imports contacts sets it, also to days that are years away.

with

source as (

    select * from {{ source('intercom', 'contact_history') }}

),

described as (

    select
        source.*,
        {{ row_as_json('source') }} as row_as_json

    from source

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as contact_id,
        {{ intercom_custom_field(var('intercom_customer_id')) }} as external_id,

        ---------- strings
        {{ small_letters(configured_field('email')) }} as email,

        ---------- timestamps
        {{ epoch_timestamp('created_at') }} as created_at,
        {{ epoch_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from described

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
