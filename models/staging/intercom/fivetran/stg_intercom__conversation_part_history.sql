{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'fivetran'
) }}

-- Grain: one version of one part of a conversation, usable or not. A part is a
-- message, a note, or something that was done, and can be both.

with

source as (

    select * from {{ source('intercom', 'conversation_part_history') }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as part_id,
        {{ configured_field('conversation_id') }} as conversation_id,
        {{ configured_field('author_id') }} as author_id,
        {{ configured_field('assigned_to_id') }} as assigned_to_id,
        {{ configured_field(optional_column(
            'intercom', 'conversation_part_history', 'external_id'
        )) }} as external_ref,

        ---------- strings
        lower({{ configured_field('part_type') }}) as part_type,
        lower({{ configured_field('author_type') }}) as author_type,
        -- Fivetran does not land it
        cast(null as {{ dbt.type_string() }}) as author_email,
        lower({{ configured_field('assigned_to_type') }}) as assigned_to_type,
        body,

        ---------- booleans
        coalesce({{ try_cast(optional_column(
            'intercom', 'conversation_part_history', 'author_from_ai_agent',
            'boolean'
        ), 'boolean') }}, false)
        or coalesce({{ try_cast(optional_column(
            'intercom', 'conversation_part_history', 'author_is_ai_answer',
            'boolean'
        ), 'boolean') }}, false) as is_from_ai_agent,

        ---------- timestamps
        {{ epoch_timestamp('created_at') }} as created_at,
        {{ epoch_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

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
