{% set mixpanel_insert_id = configured_field('insert_id') -%}
{{ config(
    enabled = 'mixpanel' in var('event_sources')
        and var('mixpanel_layout') == 'fivetran',
    raw_keys = {'mixpanel_insert_id': mixpanel_insert_id}
) }}

-- Grain: one row of the raw table, so one event and export. The same event in
-- two exports has the same event_id. quarantine_reason is null on a row that
-- can be used.
{%- set device_id = optional_column('mixpanel', 'event', 'device_id') -%}
{%- set sent_as = optional_column(
    'mixpanel', 'event', 'distinct_id_before_identity'
) -%}
{%- set row_hash = optional_column('mixpanel', 'event', '_fivetran_id') -%}
{%- set pages = [] -%}
{%- for place in var('mixpanel_page') -%}
    {%- do pages.append(optional_column('mixpanel', 'event', place)) -%}
{%- endfor %}

with

source as (

    select * from {{ source('mixpanel', 'event') }}

),

renamed as (

    select

        ---------- ids
        {{ mixpanel_insert_id }} as mixpanel_insert_id,
        {{ configured_field(row_hash) }} as row_hash,
        {{ configured_field('distinct_id') }} as distinct_id,
        {{ configured_field(sent_as) }} as distinct_id_before_identity,
        {{ configured_field(device_id) }} as device_id,
        {{ configured_field(
            var('mixpanel_customer_id'), 'properties', 'properties'
        ) }} as customer_external_id,
        {{ small_letters(configured_field(
            var('mixpanel_customer_email'), 'properties', 'properties'
        )) }} as customer_email,

        ---------- strings
        {{ event_name_of(configured_field('name')) }} as event_name,
        {{ configured_field(pages, 'properties', 'properties') }} as page,
        cast(properties as {{ dbt.type_string() }}) as properties,

        ---------- timestamps
        -- The digits are the project's wall clock, even where the loader
        -- labels them as UTC.
        {{ local_to_utc(
            utc_timestamp('time'), var('mixpanel_project_timezone')
        ) }} as occurred_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select

        ---------- ids
        -- Mixpanel's own key against duplicates, with the person as it was
        -- sent: a later merge changes distinct_id in the next export.
        'mixpanel:' || {{ dbt.hash(
            "coalesce(event_name, '') || '|' || "
            ~ "coalesce(distinct_id_before_identity, distinct_id, '') "
            ~ "|| '|' || "
            ~ "coalesce(cast(occurred_at as " ~ dbt.type_string() ~ "), '') "
            ~ "|| '|' || "
            ~ "coalesce(mixpanel_insert_id, row_hash, '')"
        ) }} as event_id,
        mixpanel_insert_id,
        distinct_id,
        distinct_id_before_identity,
        device_id,
        customer_external_id,
        customer_email,

        ---------- strings
        event_name,
        {{ page_path_of('page') }} as page_path,
        properties,
        {{ event_quarantine_reason('coalesce(mixpanel_insert_id, row_hash)') }}
            as quarantine_reason,

        ---------- timestamps
        occurred_at,
        loaded_at

    from renamed

)

select * from judged
where {{ is_remembered('mixpanel', {
    'customer_email': 'key', 'customer_external_id': 'key', 'device_id': 'key',
    'distinct_id': 'key', 'distinct_id_before_identity': 'key',
}) }}
