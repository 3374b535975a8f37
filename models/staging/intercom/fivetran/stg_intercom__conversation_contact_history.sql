{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'fivetran'
) }}

-- Grain: one contact of one version of a conversation, usable or not.

with

source as (

    select * from {{ source('intercom', 'conversation_contact_history') }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('conversation_id') }} as conversation_id,
        {{ configured_field('contact_id') }} as contact_id,
        -- Fivetran keeps it in contact_history alone
        cast(null as {{ dbt.type_string() }}) as external_id,

        ---------- timestamps
        {{ epoch_timestamp('conversation_updated_at') }}
            as conversation_updated_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

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
