{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one conversation, in its newest version. The loader's own marks of the
-- current version are not asked: after a resync several rows carry them.

with

conversations as (

    select * from {{ ref({
        'fivetran': 'stg_intercom__conversation_history',
        'airbyte': 'stg_intercom__conversations',
    }[var('intercom_layout')]) }}

),

numbered as (

    select
        conversations.*,
        row_number() over (
            partition by conversation_id
            order by
                coalesce(updated_at, created_at) desc,
                coalesce(loaded_at, created_at) desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint([
                    'state', 'subject', 'body', 'source_author_id',
                    'session_ref', 'rating',
                ]) }} desc
        ) as version_number

    from conversations

    where quarantine_reason is null

),

current_conversations as (

    select * from numbered

    where version_number = 1

)

select * from current_conversations
