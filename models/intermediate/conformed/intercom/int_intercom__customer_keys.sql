{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one contact with a key that other systems may know. Intercom knows no
-- anonymous ids of other systems.

with

contacts as (

    select * from {{ ref('int_intercom__contacts') }}

),

staff as (

    select * from {{ ref('int_intercom__staff') }}

    where is_named

),

customer_keys as (

    select
        'intercom' as source_name,
        contacts.external_id,
        contacts.email,
        cast(null as {{ dbt.type_string() }}) as anonymous_id,
        coalesce(contacts.created_at, contacts.updated_at) as seen_at

    from contacts

    left join staff
        on contacts.contact_id = staff.staff_id

    where
        -- some AI agents write as a contact of their own
        staff.staff_id is null
        and (contacts.external_id is not null or contacts.email is not null)

)

select * from customer_keys
