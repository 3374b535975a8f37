{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}
{%- set table = {
    'airbyte': 'ticket_activities', 'api': 'api_ticket_activities'
}[var('freshdesk_layout')] %}
{%- set stamp = {
    'airbyte': '_airbyte_extracted_at', 'api': 'performed_at'
}[var('freshdesk_layout')] %}
{%- set columns = {
    'ticket_id': 'string',
    'performed_at': 'string',
    'performer_type': 'string',
    'performer_id': 'string',
    'activity': 'string',
    stamp: 'string',
} %}

-- Grain: one row of the raw table; an activity has one row per load. It has no
-- id of its own (Airbyte's hangs on the day of the export): ticket, time,
-- performer and content make it one. One activity may change several fields.

with

source as (

    select * from {{ optional_source('freshdesk', table, columns) }}

),

spelled as (

    select
        *,
        cast(activity as {{ dbt.type_string() }}) as activity_json,
        -- Freshdesk's export writes the day first: 21-04-2017 09:33:38 +0000
        {%- for moment in [
            ('performed_at', 'performed_at_text'), (stamp, 'stamp_text')
        ] %}
        {%- set text = 'cast(' ~ moment[0] ~ ' as ' ~ dbt.type_string() ~ ')' %}
        case
            when {{ text_matches(
                text, "'^[0-9]{2}-[0-9]{2}-[0-9]{4} [0-9:]{8} [+-][0-9]{4}$'"
            ) }}
                then
                    substring({{ text }}, 7, 4)
                    || '-' || substring({{ text }}, 4, 2)
                    || '-' || substring({{ text }}, 1, 2)
                    || substring({{ text }}, 11, 9)
                    || substring({{ text }}, 21, 3)
                    || ':' || substring({{ text }}, 24, 2)
            else {{ text }}
        end as {{ moment[1] }}{{ "," if not loop.last }}
        {%- endfor %}

    from source

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(ticket_id as {{ dbt.type_string() }})), '')
            as ticket_id,
        nullif(trim(cast(performer_id as {{ dbt.type_string() }})), '')
            as performer_id,
        nullif(trim({{ json_text('activity_json', 'agent_id') }}), '')
            as assignee_id,

        ---------- strings
        lower(nullif(trim(performer_type), '')) as performer_type,
        activity_json,
        {{ small_letters(
            'nullif(trim(' ~ json_text('activity_json', 'status') ~ "), '')"
        ) }}
            as status,
        nullif(trim({{ json_text('activity_json', 'group') }}), '')
            as group_name,

        ---------- booleans
        {{ json_text('activity_json', 'automation') }} is not null
            as is_automated,
        {{ try_cast(json_text('activity_json', 'deleted'), 'boolean') }}
            as marks_deleted,
        {{ try_cast(json_text('activity_json', 'spam'), 'boolean') }}
            as marks_spam,

        ---------- timestamps
        {{ utc_timestamp('performed_at_text') }} as performed_at,
        {{ utc_timestamp('stamp_text') }} as loaded_at

    from spelled

    {{ computed_once() }}

),

keyed as (

    select
        ticket_id || ':' || {{ row_fingerprint(
            ['performed_at', 'performer_id', 'activity_json']
        ) }} as activity_id,
        renamed.*

    from renamed

),

judged as (

    select
        keyed.*,
        case
            when ticket_id is null then 'missing_parent'
            when performed_at is null then 'unreadable_time'
            when performed_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from keyed

)

select * from judged
where {{ is_remembered('freshdesk', {
    'ticket_id': 'ticket', 'performer_id': 'person',
}) }}
