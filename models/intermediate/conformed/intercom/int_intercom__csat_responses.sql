{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one satisfaction survey offered: about the conversation, or about
-- Intercom's own AI agent. Stars from 1 to 5: two are bad, three say nothing,
-- four are good, as Intercom counts them.

with

ratings as (

    select * from {{ ref('int_intercom__ratings') }}

),

ai_ratings as (

    select * from {{ ref('int_intercom__ai_ratings') }}

),

stacked as (

    select
        'rating:' || conversation_id || ':' || cast(
            cast(
                round({{ seconds_between(
                    "cast('1970-01-01 00:00:00' as timestamp)", 'requested_at'
                ) }}) as bigint
            ) as {{ dbt.type_string() }}
        ) as rating_id,
        conversation_id,
        'conversation' as rated_target,
        rating,
        requested_at as offered_at,
        answered_at,
        loaded_at

    from ratings

    union all

    select
        'ai_rating:' || conversation_id as rating_id,
        conversation_id,
        'ai' as rated_target,
        rating,
        answered_at as offered_at,
        answered_at,
        loaded_at

    from ai_ratings

),

csat_responses as (

    select
        'intercom:' || rating_id as csat_id,
        'intercom' as source_name,
        'intercom:' || conversation_id as ticket_id,
        cast(null as {{ dbt.type_string() }}) as trace_session_id,
        rated_target,
        case
            when rating in (1, 2) then -1
            when rating = 3 then 0
            when rating in (4, 5) then 1
        end as score,
        cast(rating as {{ dbt.type_string() }}) as score_raw,
        offered_at,
        answered_at,
        loaded_at

    from stacked

)

select * from csat_responses
