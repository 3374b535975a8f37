{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'airbyte'
) }}

-- Grain: one version of one conversation, usable or not. Its first message
-- stands here, in `source`, and not among the parts.

with

raw_conversations as (

    select * from {{ source('intercom', 'conversations') }}

),

decoded as (

    select
        *,
        {{ json_of('source') }} as source_json,
        {{ json_of('custom_attributes') }} as custom_attributes_json,
        {{ json_of('conversation_rating') }} as rating_json,
        {{ json_of('statistics') }} as statistics_json,
        {{ json_of(optional_column('intercom', 'conversations', 'ai_agent')) }}
            as ai_agent_json

    from raw_conversations

    {{ computed_once() }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as conversation_id,
        {{ configured_field(json_text('source_json', ['author', 'id'])) }}
            as source_author_id,
        {{ configured_field(
            var('intercom_session_ref'),
            'custom_attributes', 'custom_attributes_json'
        ) }} as session_ref,
        {{ configured_field(
            var('intercom_merged_into'),
            'custom_attributes', 'custom_attributes_json'
        ) }} as merged_into_conversation_id,
        {{ configured_field(
            var('intercom_follow_up_of'),
            'custom_attributes', 'custom_attributes_json'
        ) }} as follow_up_of_conversation_id,
        {{ configured_field(
            var('intercom_imported_from'),
            'custom_attributes', 'custom_attributes_json'
        ) }} as imported_from,
        {{ configured_field(
            var('intercom_intent'),
            'custom_attributes', 'custom_attributes_json'
        ) }} as claimed_intent,

        ---------- strings
        lower({{ configured_field('state') }}) as state,
        lower({{ configured_field(json_text('source_json', 'type')) }})
            as source_type,
        lower({{ configured_field(json_text('source_json', 'delivered_as')) }})
            as delivered_as,
        {{ configured_field([json_text('source_json', 'subject'), 'title']) }}
            as subject,
        case
            -- what is left of it is Intercom's sentence, not the customer's
            when {{ json_text('source_json', 'redacted') }} = 'true' then null
            else {{ json_text('source_json', 'body') }}
        end as body,
        lower({{ configured_field(json_text('source_json', ['author', 'type'])) }})
            as source_author_type,
        {{ small_letters(configured_field(
            json_text('source_json', ['author', 'email'])
        )) }}
            as source_author_email,
        {{ small_letters(configured_field(
            json_text('ai_agent_json', 'resolution_state')
        )) }} as ai_resolution_state,

        ---------- numerics
        {{ try_cast(json_text('rating_json', 'rating'), 'integer') }}
            as rating,
        {{ try_cast(json_text('ai_agent_json', 'rating'), 'integer') }}
            as ai_rating,

        ---------- booleans
        coalesce(
            {{ json_text('source_json', ['author', 'from_ai_agent']) }} = 'true'
            or {{ json_text('source_json', ['author', 'is_ai_answer']) }} = 'true',
            false
        ) as is_from_ai_agent,
        -- Airbyte does not see deletions
        false as is_deleted,

        ---------- timestamps
        {{ epoch_timestamp(json_text('rating_json', 'created_at')) }}
            as rating_requested_at,
        {{ epoch_timestamp(json_text('rating_json', 'updated_at')) }}
            as rating_changed_at,
        {{ epoch_timestamp(json_text('ai_agent_json', 'created_at')) }}
            as ai_rated_at,
        {{ epoch_timestamp(json_text('statistics_json', 'last_close_at')) }}
            as last_closed_at,
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
            when conversation_id is null then 'missing_id'
            when created_at is null then 'unreadable_time'
            when
                created_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                or updated_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('intercom', {
    'conversation_id': 'ticket', 'source_author_id': 'person',
    'source_author_email': 'key',
}) }}
