{{ config(
    enabled = 'amplitude' in var('event_sources')
        and var('amplitude_layout') == 'airbyte'
) }}

-- Grain: one row of the raw table, so one event and sync. The columns are those of
-- stg_amplitude__events.
{%- set data = optional_column('amplitude', 'events', 'data') -%}
{%- set insert_id = optional_column('amplitude', 'events', '_insert_id') %}

with

source as (

    select * from {{ source('amplitude', 'events') }}

),

renamed as (

    select

        ---------- ids
        -- An event without uuid is known as Amplitude itself tells duplicates:
        -- by device and insert id.
        coalesce(
            {{ configured_field('uuid') }},
            {{ dbt.hash(
                configured_field('device_id') ~ " || '|' || "
                ~ configured_field(insert_id)
            ) }}
        ) as source_row_id,
        {{ amplitude_field(var('amplitude_customer_id')) }}
            as customer_external_id,
        {{ small_letters(amplitude_field(var('amplitude_customer_email'))) }}
            as customer_email,
        {{ configured_field('device_id') }} as device_id,
        {{ configured_field('amplitude_id') }} as amplitude_id,
        nullif(trim({{ json_text(data, 'merged_amplitude_id') }}), '')
            as merged_amplitude_id,

        ---------- strings
        {{ event_name_of(configured_field('event_type')) }} as event_name,
        {{ page_path_of(amplitude_field(var('amplitude_page'))) }} as page_path,
        cast(event_properties as {{ dbt.type_string() }}) as properties,

        ---------- timestamps
        -- event_time is the device's clock put right by the server's.
        {{ utc_timestamp('event_time') }} as occurred_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        *,
        'amplitude:' || source_row_id as event_id,
        {{ event_quarantine_reason('source_row_id') }} as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('amplitude', {
    'customer_email': 'key', 'customer_external_id': 'key', 'device_id': 'key',
    'amplitude_id': 'person', 'merged_amplitude_id': 'person',
}) }}
