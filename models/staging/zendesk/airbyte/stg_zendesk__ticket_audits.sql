{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one row of the raw table: one update of a ticket, with everything that
-- happened in it as a JSON array; an audit has one row per load.

with

source as (

    select * from {{ source('zendesk', 'ticket_audits') }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as audit_id,
        nullif(trim(cast(ticket_id as {{ dbt.type_string() }})), '')
            as ticket_id,
        nullif(trim(cast(author_id as {{ dbt.type_string() }})), '')
            as author_id,

        ---------- strings
        {{ json_of('events') }} as events_json,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        renamed.*,
        case
            when audit_id is null then 'missing_id'
            when ticket_id is null then 'missing_parent'
            when created_at is null then 'unreadable_time'
            when created_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
            when coalesce({{ json_kind('events_json') }}, '') <> 'array'
                then 'unreadable_json'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('zendesk', {
    'ticket_id': 'ticket', 'author_id': 'person',
}) }}
