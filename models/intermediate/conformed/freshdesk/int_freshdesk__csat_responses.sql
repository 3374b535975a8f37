{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one answered satisfaction survey, in its newest loaded version. Freshdesk
-- keeps no record of the surveys it sent: an unanswered one is not here, and an
-- answered one counts as offered when it was answered.

with

ratings as (

    select * from {{ ref('stg_freshdesk__satisfaction_ratings') }}

),

numbered as (

    select
        ratings.*,
        row_number() over (
            partition by rating_id
            order by
                coalesce(updated_at, answered_at) desc,
                coalesce(loaded_at, answered_at) desc,
                {{ row_fingerprint(['ticket_id', 'score_raw']) }} desc
        ) as version_number

    from ratings

    where quarantine_reason is null

),

csat_responses as (

    select
        'freshdesk:' || rating_id as csat_id,
        'freshdesk' as source_name,
        'freshdesk:' || ticket_id as ticket_id,
        cast(null as {{ dbt.type_string() }}) as trace_session_id,
        -- Freshdesk asks about the ticket, whoever answered
        'conversation' as rated_target,
        score,
        score_raw,
        answered_at as offered_at,
        answered_at,
        loaded_at

    from numbered

    where version_number = 1

)

select * from csat_responses
