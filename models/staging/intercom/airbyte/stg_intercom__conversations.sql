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

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as conversation_id,
        {{ configured_field(json_text('source', ['author', 'id'])) }}
            as source_author_id,
        {{ configured_field(
            var('intercom_session_ref'),
            'custom_attributes', 'custom_attributes'
        ) }} as session_ref,
        {{ configured_field(
            var('intercom_merged_into'),
            'custom_attributes', 'custom_attributes'
        ) }} as merged_into_conversation_id,
        {{ configured_field(
            var('intercom_follow_up_of'),
            'custom_attributes', 'custom_attributes'
        ) }} as follow_up_of_conversation_id,

        ---------- strings
        lower({{ configured_field('state') }}) as state,
        lower({{ configured_field(json_text('source', 'type')) }})
            as source_type,
        lower({{ configured_field(json_text('source', 'delivered_as')) }})
            as delivered_as,
        {{ configured_field([json_text('source', 'subject'), 'title']) }}
            as subject,
        case
            -- what is left of it is Intercom's sentence, not the customer's
            when {{ json_text('source', 'redacted') }} = 'true' then null
            else {{ json_text('source', 'body') }}
        end as body,
        lower({{ configured_field(json_text('source', ['author', 'type'])) }})
            as source_author_type,
        lower({{ configured_field(json_text('source', ['author', 'email'])) }})
            as source_author_email,
        lower({{ configured_field(json_text(
            optional_column('intercom', 'conversations', 'ai_agent'),
            'resolution_state'
        )) }}) as ai_resolution_state,

        ---------- numerics
        {{ dbt.safe_cast(
            json_text('conversation_rating', 'rating'), 'integer'
        ) }} as rating,
        {{ dbt.safe_cast(
            json_text(
                optional_column('intercom', 'conversations', 'ai_agent'),
                'rating'
            ),
            'integer'
        ) }} as ai_rating,

        ---------- booleans
        coalesce(
            {{ json_text('source', ['author', 'from_ai_agent']) }} = 'true'
            or {{ json_text('source', ['author', 'is_ai_answer']) }} = 'true',
            false
        ) as is_from_ai_agent,
        -- Airbyte does not see deletions
        false as is_deleted,

        ---------- timestamps
        {{ epoch_timestamp(json_text('conversation_rating', 'created_at')) }}
            as rating_requested_at,
        {{ epoch_timestamp(json_text('conversation_rating', 'updated_at')) }}
            as rating_changed_at,
        {{ epoch_timestamp(json_text(
            optional_column('intercom', 'conversations', 'ai_agent'),
            'created_at'
        )) }} as ai_rated_at,
        {{ epoch_timestamp(json_text('statistics', 'last_close_at')) }}
            as last_closed_at,
        {{ epoch_timestamp('created_at') }} as created_at,
        {{ epoch_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from raw_conversations

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
