{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'fivetran'
) }}

-- Grain: one version of one conversation, usable or not. Its first message
-- stands here and not among the parts.

with

source as (

    select * from {{ source('intercom', 'conversation_history') }}

),

described as (

    select
        source.*,
        {{ row_as_json('source') }} as row_as_json

    from source

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as conversation_id,
        {{ configured_field('source_author_id') }} as source_author_id,
        {{ intercom_custom_field(var('intercom_session_ref')) }} as session_ref,
        {{ intercom_custom_field(var('intercom_merged_into')) }}
            as merged_into_conversation_id,
        {{ intercom_custom_field(var('intercom_follow_up_of')) }}
            as follow_up_of_conversation_id,
        {{ intercom_custom_field(var('intercom_imported_from')) }}
            as imported_from,
        {{ intercom_custom_field(var('intercom_intent')) }} as claimed_intent,

        ---------- strings
        lower({{ configured_field('state') }}) as state,
        lower({{ configured_field('source_type') }}) as source_type,
        lower({{ configured_field('source_delivered_as') }}) as delivered_as,
        source_subject as subject,
        source_body as body,
        lower({{ configured_field('source_author_type') }})
            as source_author_type,
        -- Fivetran does not land it
        cast(null as {{ dbt.type_string() }}) as source_author_email,
        {{ small_letters(configured_field(optional_column(
            'intercom', 'conversation_history', 'ai_agent_resolution_state'
        ))) }} as ai_resolution_state,

        ---------- numerics
        {{ try_cast('conversation_rating_value', 'integer') }} as rating,
        {{ try_cast(optional_column(
            'intercom', 'conversation_history', 'ai_agent_rating', 'integer'
        ), 'integer') }} as ai_rating,

        ---------- booleans
        -- unknown for the first message
        false as is_from_ai_agent,
        coalesce({{ try_cast(optional_column(
            'intercom', 'conversation_history', '_fivetran_deleted', 'boolean'
        ), 'boolean') }}, false) as is_deleted,

        ---------- timestamps
        {{ epoch_timestamp('conversation_rating_created_at') }}
            as rating_requested_at,
        -- Fivetran does not land these two
        cast(null as {{ column_type('timestamp') }}) as rating_changed_at,
        cast(null as {{ column_type('timestamp') }}) as ai_rated_at,
        {{ epoch_timestamp(optional_column(
            'intercom', 'conversation_history', 'statistics_last_close_at',
            'timestamp'
        )) }} as last_closed_at,
        {{ epoch_timestamp('created_at') }} as created_at,
        {{ epoch_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from described

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
