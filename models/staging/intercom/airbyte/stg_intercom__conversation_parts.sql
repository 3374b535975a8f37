{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'airbyte'
) }}

-- Grain: one version of one part of a conversation, usable or not. A part is a
-- message, a note, or something that was done, and can be both.

with

source as (

    select * from {{ source('intercom', 'conversation_parts') }}

),

decoded as (

    select
        *,
        {{ json_of('author') }} as author_json,
        {{ json_of('assigned_to') }} as assigned_to_json

    from source

    {{ computed_once() }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as part_id,
        -- a number here, a text in conversations, in one and the same sync
        {{ configured_field('conversation_id') }} as conversation_id,
        {{ configured_field(json_text('author_json', 'id')) }} as author_id,
        -- some versions of the API name the id alone
        {{ configured_field([
            json_text('assigned_to_json', 'id'),
            "case when assigned_to_json not like '{%' then assigned_to_json end",
        ]) }} as assigned_to_id,
        {{ configured_field('external_id') }} as external_ref,

        ---------- strings
        lower({{ configured_field('part_type') }}) as part_type,
        lower({{ configured_field(json_text('author_json', 'type')) }})
            as author_type,
        {{ small_letters(configured_field(json_text('author_json', 'email'))) }}
            as author_email,
        lower({{ configured_field(json_text('assigned_to_json', 'type')) }})
            as assigned_to_type,
        case
            -- what is left of it is Intercom's sentence, not the author's
            when {{ try_cast('redacted', 'boolean') }} then null
            else body
        end as body,

        ---------- booleans
        coalesce(
            {{ json_text('author_json', 'from_ai_agent') }} = 'true'
            or {{ json_text('author_json', 'is_ai_answer') }} = 'true',
            false
        ) as is_from_ai_agent,

        ---------- timestamps
        {{ epoch_timestamp('created_at') }} as created_at,
        {{ epoch_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from decoded

    {{ computed_once() }}

),

judged as (

    select
        renamed.*,
        case
            when part_id is null then 'missing_id'
            when conversation_id is null then 'missing_parent'
            when created_at is null then 'unreadable_time'
            when created_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('intercom', {
    'conversation_id': 'ticket', 'author_id': 'person', 'author_email': 'key',
}) }}
