{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one conversation that has tags now. A tag marked as removed does not
-- count. Where the loader marks nothing, the tags of the newest version count.
{%- set prefix = var('intercom_session_tag_prefix') | string | lower %}
{#- In a pattern, the prefix's own signs mean themselves. #}
{%- set pattern = ' ' ~ (modules.re.escape(prefix) | replace("'", "''")) ~ '[^ ]+' %}

with

tags_of_versions as (

    select * from {{ ref({
        'fivetran': 'stg_intercom__conversation_tag_history',
        'airbyte': 'stg_intercom__conversation_tags',
    }[var('intercom_layout')]) }}

    where quarantine_reason is null

),

dated as (

    select
        tags_of_versions.*,
        max(conversation_updated_at) over (partition by conversation_id)
            as newest_updated_at

    from tags_of_versions

),

current_tags as (

    select
        conversation_id,
        -- blanks part tags from one another, so none may stand within one
        replace(
            {{ text_replace('trim(tag_names)', '[ \\t]+', '_') }},
            chr(10), ' '
        ) as tags

    from dated

    where
        tag_names is not null
        and coalesce(
            is_active, conversation_updated_at = newest_updated_at, true
        )

    group by 1, 2

),

tagged_conversations as (

    select
        conversation_id,
        -- with a blank before and after every tag: ' vip spam ', so that
        -- like '% spam %' cannot mistake not_spam for spam
        ' ' || {{ dbt.listagg('tags', "' '", 'order by tags') }} || ' ' as tags

    from current_tags

    group by 1

),

session_tags as (

    select
        conversation_id,
        {{ each_match('tags', pattern) }} as session_tag

    from tagged_conversations

),

named_sessions as (

    select
        conversation_id,
        max(substring(session_tag, {{ prefix | length + 2 }})) as session_ref

    from session_tags

    group by 1

),

conversation_tags as (

    select
        tagged_conversations.conversation_id,
        tagged_conversations.tags,
        named_sessions.session_ref

    from tagged_conversations

    left join named_sessions
        on tagged_conversations.conversation_id = named_sessions.conversation_id

)

select * from conversation_tags
