{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}
{%- set table = {
    'airbyte': 'conversations', 'api': 'api_conversations'
}[var('freshdesk_layout')] %}
{%- set stamp = {
    'airbyte': '_airbyte_extracted_at', 'api': 'updated_at'
}[var('freshdesk_layout')] %}
{%- set automation_id = optional_column('freshdesk', table, 'automation_id') %}

-- Grain: one row of the raw table; a reply, note or survey answer has one row
-- per loaded version. Freshdesk's word "conversation" means one such entry.

with

source as (

    select * from {{ source('freshdesk', table) }}

),

renamed as (

    select

        ---------- ids
        nullif(trim(cast(id as {{ dbt.type_string() }})), '') as reply_id,
        nullif(trim(cast(ticket_id as {{ dbt.type_string() }})), '')
            as ticket_id,
        nullif(trim(cast(user_id as {{ dbt.type_string() }})), '') as author_id,
        nullif(trim(cast({{ automation_id }} as {{ dbt.type_string() }})), '')
            as automation_id,

        ---------- strings
        {{ text_replace(
            'cast(source as ' ~ dbt.type_string() ~ ')', '[.]0+$', ''
        ) }} as source_number,
        case
            when {{ is_not_blank('body_text') }} then body_text
            else {{ optional_column('freshdesk', table, 'body') }}
        end as body,

        ---------- booleans
        {{ try_cast('incoming', 'boolean') }} as is_incoming,
        coalesce({{ try_cast('private', 'boolean') }}, false) as is_private,
        coalesce({{ try_cast(
            optional_column('freshdesk', table, 'auto_response', 'boolean'),
            'boolean'
        ) }}, false) as is_auto_response,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as sent_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp(stamp) }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        renamed.*,
        case
            when reply_id is null then 'missing_id'
            when ticket_id is null then 'missing_parent'
            when sent_at is null then 'unreadable_time'
            when sent_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('freshdesk', {
    'ticket_id': 'ticket', 'author_id': 'person',
}) }}
