{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'airbyte'
) }}

-- Grain: one version of one conversation, with the first of its contacts. The
-- raw rows are those of stg_intercom__conversations, which accounts for them.

with

source as (

    select * from {{ source('intercom', 'conversations') }}

),

decoded as (

    select
        *,
        {{ json_of('contacts') }} as contacts_json

    from source

    {{ computed_once() }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as conversation_id,
        {{ configured_field(
            json_text('contacts_json', ['contacts', 0, 'id'])
        ) }} as contact_id,
        {{ configured_field(
            json_text('contacts_json', ['contacts', 0, 'external_id'])
        ) }} as external_id,

        ---------- timestamps
        {{ epoch_timestamp('updated_at') }} as conversation_updated_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from decoded

    {{ computed_once() }}

),

judged as (

    select
        conversation_id || ':' || contact_id as source_row_id,
        renamed.*,
        case
            when conversation_id is null then 'missing_parent'
            when contact_id is null then 'missing_id'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('intercom', {
    'conversation_id': 'ticket', 'contact_id': 'person', 'external_id': 'key',
}) }}
