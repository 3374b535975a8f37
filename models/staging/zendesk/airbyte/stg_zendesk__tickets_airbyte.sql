{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one row of the raw table; a ticket has one row per loaded version.

with

source as (

    select
        *,
        {{ json_of('via') }} as via_json,
        {{ json_of('tags') }} as tag_list,
        {{ json_of(optional_column('zendesk', 'tickets', 'merged_ticket_ids')) }}
            as merged_ticket_ids_json,
        {{ json_of(optional_column('zendesk', 'tickets', 'followup_ids')) }}
            as followup_ids_json,
        -- so that a var can say custom_fields.<number of the field>
        {{ json_object_of_pairs(
            json_of(optional_column('zendesk', 'tickets', 'custom_fields')),
            'id', 'value'
        ) }} as custom_fields_json

    from {{ source('zendesk', 'tickets') }}

),

deletions as (

    select
        ticket_id as deleted_ticket_id,
        max(deleted_at) as deleted_at

    from {{ ref('stg_zendesk__deleted_tickets') }}

    where quarantine_reason is null

    group by 1

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as ticket_id,
        nullif(trim(cast(requester_id as {{ dbt.type_string() }})), '')
            as requester_id,
        nullif(trim(cast(submitter_id as {{ dbt.type_string() }})), '')
            as submitter_id,
        nullif(trim(cast(assignee_id as {{ dbt.type_string() }})), '')
            as assignee_id,
        nullif(trim(cast(group_id as {{ dbt.type_string() }})), '') as group_id,
        {{ configured_field(
            var('zendesk_session_ref'), 'custom_fields', 'custom_fields_json'
        ) }} as session_ref,
        {{ configured_field(
            var('zendesk_imported_from'), 'custom_fields', 'custom_fields_json'
        ) }} as imported_from,
        {{ configured_field(
            var('zendesk_intent'), 'custom_fields', 'custom_fields_json'
        ) }} as claimed_intent,
        case
            when {{ json_text('via_json', ['source', 'rel']) }} = 'follow_up'
                then {{ json_text(
                    'via_json', ['source', 'from', 'ticket_id']
                ) }}
        end as follow_up_of_ticket_id,

        ---------- strings
        -- lists of ids as text, for example [12, 13]
        merged_ticket_ids_json as merged_ticket_ids,
        followup_ids_json as follow_up_ticket_ids,
        tag_list,
        lower(trim(status)) as status,
        lower(trim({{ json_text('via_json', 'channel') }})) as via_channel,
        subject,
        description,
        cast({{ var('zendesk_claimed_resolution') }} as {{ dbt.type_string() }})
            as claimed_resolution,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from source

    {{ computed_once() }}

),

with_deletions as (

    select
        renamed.*,
        coalesce(renamed.status = 'deleted', false)
        -- a version updated after the deletion is that of a restored ticket
        or coalesce(
            deletions.deleted_at
            >= coalesce(renamed.updated_at, renamed.created_at),
            false
        ) as is_deleted

    from renamed

    left join deletions
        on renamed.ticket_id = deletions.deleted_ticket_id

),

judged as (

    select
        with_deletions.*,
        case
            when ticket_id is null then 'missing_id'
            when created_at is null then 'unreadable_time'
            when
                created_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                or updated_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from with_deletions

)

select * from judged
where {{ is_remembered('zendesk', {
    'ticket_id': 'ticket', 'requester_id': 'person',
}) }}
