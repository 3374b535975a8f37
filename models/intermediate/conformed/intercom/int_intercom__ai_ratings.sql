{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one conversation whose customer rated Intercom's own AI agent. That it
-- was asked for is not recorded, and often not when it was given: then it was
-- there at the latest in the first version that shows it.

with

versions as (

    select * from {{ ref({
        'fivetran': 'stg_intercom__conversation_history',
        'airbyte': 'stg_intercom__conversations',
    }[var('intercom_layout')]) }}

    where
        quarantine_reason is null
        and ai_rating is not null

),

numbered as (

    select
        versions.*,
        min(coalesce(updated_at, created_at)) over (
            partition by conversation_id, ai_rating
        ) as first_seen_at,
        row_number() over (
            partition by conversation_id
            order by updated_at desc, loaded_at desc, ai_rating desc
        ) as version_number

    from versions

),

ai_ratings as (

    select
        conversation_id,
        ai_rating as rating,
        coalesce(ai_rated_at, first_seen_at) as answered_at,
        loaded_at

    from numbered

    where version_number = 1

)

select * from ai_ratings
