{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}
{%- set table = {
    'airbyte': 'tickets', 'api': 'api_tickets'
}[var('freshdesk_layout')] %}
{%- set stamp = {
    'airbyte': '_airbyte_extracted_at', 'api': 'updated_at'
}[var('freshdesk_layout')] %}
{# Airbyte leaves deleted tickets out: there is no such column. #}
{%- set deleted = {
    'airbyte': 'cast(null as boolean)',
    'api': optional_column('freshdesk', table, 'deleted', 'boolean'),
}[var('freshdesk_layout')] %}
{%- set stats = optional_column('freshdesk', table, 'stats') %}
{%- set custom_fields = 'custom_fields_json' %}

-- Grain: one row of the raw table; a ticket has one row per loaded version. The
-- numbers of status and source stay numbers here: what they mean differs between
-- accounts. An export of the API has no loader's stamp; its updated_at stands in.

with

source as (

    select
        *,
        -- an object, or (Singer) an array of name and value
        {{ json_object_of_pairs('custom_fields', 'name', 'value') }}
            as {{ custom_fields }},
        cast({{ stats }} as {{ dbt.type_string() }}) as stats_json

    from {{ source('freshdesk', table) }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as ticket_id,
        nullif(trim(cast(requester_id as {{ dbt.type_string() }})), '')
            as requester_id,
        nullif(trim(cast(responder_id as {{ dbt.type_string() }})), '')
            as assignee_id,
        nullif(trim(cast(group_id as {{ dbt.type_string() }})), '') as group_id,
        {{ configured_field(
            var('freshdesk_session_ref'), 'custom_fields', custom_fields
        ) }} as session_ref,
        {{ configured_field(
            var('freshdesk_merged_into'), 'custom_fields', custom_fields
        ) }} as merged_into_ticket_id,
        {{ configured_field(
            var('freshdesk_follow_up_of'), 'custom_fields', custom_fields
        ) }} as follow_up_of_ticket_id,
        {{ configured_field(
            var('freshdesk_imported_from'), 'custom_fields', custom_fields
        ) }} as imported_from,
        {{ configured_field(
            var('freshdesk_intent'), 'custom_fields', custom_fields
        ) }} as claimed_intent,

        ---------- strings
        -- Singer types both as fractions: 4.0
        {{ text_replace(
            'cast(status as ' ~ dbt.type_string() ~ ')', '[.]0+$', ''
        ) }} as status_number,
        {{ text_replace(
            'cast(source as ' ~ dbt.type_string() ~ ')', '[.]0+$', ''
        ) }} as source_number,
        subject,
        case
            when {{ is_not_blank('description_text') }} then description_text
            else {{ optional_column('freshdesk', table, 'description') }}
        end as description,
        cast(tags as {{ dbt.type_string() }}) as tags_json,

        ---------- booleans
        coalesce({{ try_cast(
            optional_column('freshdesk', table, 'spam', 'boolean'), 'boolean'
        ) }}, false) as is_marked_spam,
        coalesce({{ try_cast(deleted, 'boolean') }}, false) as is_deleted,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as created_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {%- for moment in [
            'first_responded_at', 'resolved_at', 'closed_at', 'reopened_at'
        ] %}
        {{ utc_timestamp(json_text('stats_json', moment)) }} as {{ moment }},
        {%- endfor %}
        {{ utc_timestamp(stamp) }} as loaded_at

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
where {{ is_remembered('freshdesk', {
    'ticket_id': 'ticket', 'requester_id': 'person',
}) }}
