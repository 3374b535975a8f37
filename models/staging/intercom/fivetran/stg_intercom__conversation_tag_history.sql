{{ config(
    enabled = 'intercom' in var('ticket_sources')
        and var('intercom_layout') == 'fivetran'
) }}
{%- set columns = {
    'conversation_id': 'string',
    'tag_id': 'string',
    'conversation_updated_at': 'timestamp',
    '_fivetran_active': 'boolean',
    '_fivetran_synced': 'timestamp',
} %}

-- Grain: one tag of one version of a conversation, usable or not, with the
-- name that the tag has now. A removed tag keeps its row, marked inactive.

with

source as (

    select *
    from {{ optional_source('intercom', 'conversation_tag_history', columns) }}

),

tags as (

    select * from {{ ref('stg_intercom__tags') }}

    where quarantine_reason is null

),

numbered_tags as (

    select
        tag_id,
        tag_name,
        row_number() over (
            partition by tag_id order by loaded_at desc, tag_name asc
        ) as version_number

    from tags

),

renamed as (

    select

        ---------- ids
        {{ configured_field('conversation_id') }} as conversation_id,
        {{ configured_field('tag_id') }} as tag_id,

        ---------- booleans
        {{ try_cast(optional_column(
            'intercom', 'conversation_tag_history', '_fivetran_active',
            'boolean'
        ), 'boolean') }} as is_active,

        ---------- timestamps
        {{ epoch_timestamp('conversation_updated_at') }}
            as conversation_updated_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        renamed.conversation_id || ':' || renamed.tag_id as source_row_id,
        renamed.conversation_id,
        renamed.tag_id,
        numbered_tags.tag_name as tag_names,
        renamed.is_active,
        renamed.conversation_updated_at,
        renamed.loaded_at,
        case
            when renamed.conversation_id is null then 'missing_parent'
            when renamed.tag_id is null then 'missing_id'
            when numbered_tags.tag_id is null then 'missing_name'
        end as quarantine_reason

    from renamed

    left join numbered_tags
        on
            renamed.tag_id = numbered_tags.tag_id
            and numbered_tags.version_number = 1

)

select * from judged
where {{ is_remembered('intercom', {'conversation_id': 'ticket'}) }}
