{% set ticket_id = configured_field('id') -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'fivetran',
    raw_keys = {'ticket_id': ticket_id}
) }}

-- Grain: one row of the raw table; a ticket has one row per loaded version.

with

source as (

    select * from {{ source('zendesk', 'ticket') }}

),

renamed as (

    select

        ---------- ids
        {{ ticket_id }} as ticket_id,
        nullif(trim(cast(requester_id as {{ dbt.type_string() }})), '')
            as requester_id,
        nullif(trim(cast(submitter_id as {{ dbt.type_string() }})), '')
            as submitter_id,
        nullif(trim(cast(assignee_id as {{ dbt.type_string() }})), '')
            as assignee_id,
        nullif(trim(cast(group_id as {{ dbt.type_string() }})), '') as group_id,
        -- a free text, although some loaders type it as a number
        {{ configured_field(var('zendesk_session_ref')) }} as session_ref,
        {{ configured_field(var('zendesk_imported_from')) }} as imported_from,
        {{ configured_field(var('zendesk_intent')) }} as claimed_intent,
        nullif(
            trim(cast({{ optional_column(
                'zendesk', 'ticket', 'via_followup_source_id'
            ) }} as {{ dbt.type_string() }})),
            ''
        ) as follow_up_of_ticket_id,

        ---------- strings
        -- lists of ids as text, for example [12, 13]
        cast({{ optional_column('zendesk', 'ticket', 'merged_ticket_ids') }}
            as {{ dbt.type_string() }}) as merged_ticket_ids,
        cast({{ optional_column('zendesk', 'ticket', 'followup_ids') }}
            as {{ dbt.type_string() }}) as follow_up_ticket_ids,
        -- Fivetran lands the tags in a table of their own
        cast(null as {{ dbt.type_string() }}) as tag_list,
        lower(trim(status)) as status,
        lower(trim(via_channel)) as via_channel,
        subject,
        description,
        cast({{ var('zendesk_claimed_resolution') }} as {{ dbt.type_string() }})
            as claimed_resolution,

        ---------- booleans
        coalesce(lower(trim(status)) = 'deleted', false)
        or coalesce(
            {{ optional_column(
                'zendesk', 'ticket', '_fivetran_deleted', 'boolean'
            ) }},
            false
        ) as is_deleted,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        renamed.*,
        case
            when ticket_id is null then 'missing_id'
            when created_at is null then 'unreadable_time'
            when
                created_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                or updated_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('zendesk', {
    'ticket_id': 'ticket', 'requester_id': 'person',
}) }}
