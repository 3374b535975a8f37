{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one part of a conversation, in its newest version.

with

parts as (

    select * from {{ ref({
        'fivetran': 'stg_intercom__conversation_part_history',
        'airbyte': 'stg_intercom__conversation_parts',
    }[var('intercom_layout')]) }}

),

numbered as (

    select
        parts.*,
        row_number() over (
            partition by part_id
            order by
                coalesce(updated_at, created_at) desc,
                coalesce(loaded_at, created_at) desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint([
                    'conversation_id', 'part_type', 'body', 'author_id',
                    'assigned_to_id', 'created_at',
                ]) }} desc
        ) as version_number

    from parts

    where quarantine_reason is null

),

current_parts as (

    select * from numbered

    where version_number = 1

)

select * from current_parts
