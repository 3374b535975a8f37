{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'airbyte'
) }}

-- Grain: one version of one conversation, with all its tags. The raw rows are
-- those of stg_intercom__conversations, which accounts for them.

with

source as (

    select * from {{ source('intercom', 'conversations') }}

),

decoded as (

    select
        *,
        {{ json_of('tags') }} as tags_json

    from source

    {{ computed_once() }}

),

renamed as (

    select

        ---------- ids
        {{ configured_field('id') }} as source_row_id,
        {{ configured_field('id') }} as conversation_id,
        -- a version names all its tags at once
        cast(null as {{ dbt.type_string() }}) as tag_id,

        ---------- strings
        -- one per line
        {{ small_letters(configured_field(
            json_list_texts('tags_json', ['tags'], 'name')
        )) }} as tag_names,

        ---------- booleans
        -- no history: the newest version holds the tags of now
        cast(null as boolean) as is_active,

        ---------- timestamps
        {{ epoch_timestamp('updated_at') }} as conversation_updated_at,
        {{ utc_timestamp('_airbyte_extracted_at') }} as loaded_at

    from decoded

    {{ computed_once() }}

),

judged as (

    select
        renamed.*,
        case
            when conversation_id is null then 'missing_parent'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('intercom', {'conversation_id': 'ticket'}) }}
