{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one contact, in its newest version. Several contacts may share an
-- e-mail address; who is whom is decided later, for all tools alike.

with

contacts as (

    select * from {{ ref({
        'fivetran': 'stg_intercom__contact_history',
        'airbyte': 'stg_intercom__contacts',
    }[var('intercom_layout')]) }}

),

numbered as (

    select
        contacts.*,
        row_number() over (
            partition by contact_id
            order by
                coalesce(updated_at, created_at, loaded_at) desc,
                coalesce(loaded_at, updated_at, created_at) desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint(['external_id', 'email']) }} desc
        ) as version_number

    from contacts

    where quarantine_reason is null

),

current_contacts as (

    select * from numbered

    where version_number = 1

)

select * from current_contacts
