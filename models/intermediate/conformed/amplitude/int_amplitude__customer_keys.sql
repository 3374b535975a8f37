{{ config(enabled = 'amplitude' in var('event_sources')) }}

-- Grain: one combination of customer keys that Amplitude holds for one person, at
-- its first time. A device that no event names together with a user is the user's
-- with whom it shares an Amplitude id, or one merged with it.
{%- set layout_events = {
    'fivetran': 'stg_amplitude__events',
    'airbyte': 'stg_amplitude__events_airbyte',
}[var('amplitude_layout')] %}

with

events as (

    select * from {{ ref(layout_events) }}
    where quarantine_reason is null

),

known_together as (

    select
        customer_external_id as external_id,
        customer_email as email,
        device_id as anonymous_id,
        occurred_at as seen_at

    from events

),

-- A merge is named on one of the two ids; its event speaks for both.
amplitude_people as (

    select
        amplitude_id,
        customer_external_id,
        device_id,
        occurred_at

    from events

    where amplitude_id is not null

    union all

    select
        merged_amplitude_id as amplitude_id,
        customer_external_id,
        device_id,
        occurred_at

    from events

    where merged_amplitude_id is not null

),

users as (

    select
        amplitude_id,
        customer_external_id,
        min(occurred_at) as seen_at

    from amplitude_people

    where customer_external_id is not null

    group by 1, 2

),

devices_with_user as (

    select distinct device_id from events
    where customer_external_id is not null

),

lone_devices as (

    select distinct
        amplitude_people.amplitude_id,
        amplitude_people.device_id

    from amplitude_people

    left join devices_with_user
        on amplitude_people.device_id = devices_with_user.device_id

    where
        amplitude_people.device_id is not null
        and devices_with_user.device_id is null

),

same_person as (

    select
        users.customer_external_id as external_id,
        cast(null as {{ dbt.type_string() }}) as email,
        lone_devices.device_id as anonymous_id,
        users.seen_at

    from users

    inner join lone_devices
        on users.amplitude_id = lone_devices.amplitude_id

),

stacked as (

    select * from known_together
    union all
    select * from same_person

),

customer_keys as (

    select
        'amplitude' as source_name,
        external_id,
        email,
        anonymous_id,
        min(seen_at) as seen_at

    from stacked

    where
        (external_id is not null and email is not null)
        or (external_id is not null and anonymous_id is not null)
        or (email is not null and anonymous_id is not null)

    group by 1, 2, 3, 4

)

select * from customer_keys
