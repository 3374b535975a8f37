{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one row of the raw table; a ticket has one row per load of its
-- deletion, also when it was restored later.
{%- set columns = {
    'id': 'string',
    'deleted_at': 'timestamp',
    '_airbyte_extracted_at': 'timestamp',
} %}

with

source as (

    select * from {{ optional_source('zendesk', 'deleted_tickets', columns) }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as ticket_id,

        ---------- timestamps
        {{ utc_timestamp('deleted_at') }} as deleted_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        renamed.*,
        case
            when ticket_id is null then 'missing_id'
            when deleted_at is null then 'unreadable_time'
            when deleted_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('zendesk', {'ticket_id': 'ticket'}) }}
