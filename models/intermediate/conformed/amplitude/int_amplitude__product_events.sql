{{ config(
    enabled = 'amplitude' in var('event_sources'),
    changes_by = ['event_id']
) }}

-- Grain: one product event. Exported again, the newest load wins.
{%- set layout_events = {
    'fivetran': 'stg_amplitude__events',
    'airbyte': 'stg_amplitude__events_airbyte',
}[var('amplitude_layout')] %}

with

events as (

    select * from {{ ref(layout_events) }}

),

ranked as (

    select
        events.*,
        row_number() over (
            partition by event_id
            order by
                loaded_at desc,
                occurred_at nulls last,
                {{ row_fingerprint([
                    'customer_external_id', 'customer_email', 'device_id',
                    'event_name', 'page_path', 'properties',
                ]) }}
        ) as version_number

    from events

    where quarantine_reason is null

),

product_events as (

    select
        event_id,
        'amplitude' as source_name,
        customer_external_id,
        customer_email,
        device_id as anonymous_id,
        event_name,
        page_path,
        properties,
        occurred_at,
        loaded_at

    from ranked

    where version_number = 1

)

select * from product_events
