{{ config(changes_by = ['conversation_id']) }}

-- Grain: one conversation for which a satisfaction survey was offered. Surveys
-- count when they were offered within 168 hours of the resolution, and answers when
-- they came within them, so that a mature week never moves.

with

csat_responses as (

    select * from {{ ref('int_csat_responses') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_closed

),

links as (

    select * from {{ ref('int_sessions_linked_to_tickets') }}

),

surveys as (

    select
        csat_responses.csat_id,
        csat_responses.score,
        csat_responses.offered_at,
        csat_responses.answered_at,
        coalesce(
            csat_responses.ticket_id,
            links.ticket_id,
            csat_responses.trace_session_id
        ) as thread_id

    from csat_responses

    left join links
        on csat_responses.trace_session_id = links.trace_session_id

),

conversation_csat as (

    select
        conversations.conversation_id,
        count(*) as csat_offered_count,
        count(
            case
                when
                    surveys.score is not null
                    and surveys.answered_at
                    <= {{ dbt.dateadd('hour', 168, 'conversations.resolved_at') }}
                    then 1
            end
        ) as csat_answered_count,
        count(
            case
                when
                    surveys.score = 1
                    and surveys.answered_at
                    <= {{ dbt.dateadd('hour', 168, 'conversations.resolved_at') }}
                    then 1
            end
        ) as csat_positive_count,
        min(surveys.answered_at) as first_answered_at

    from surveys

    inner join conversations
        on
            surveys.thread_id = conversations.thread_id
            and surveys.offered_at >= conversations.opened_at

    where
        surveys.offered_at
        <= {{ dbt.dateadd('hour', 168, 'conversations.resolved_at') }}
        and (
            conversations.next_opened_at is null
            or surveys.offered_at < conversations.next_opened_at
        )

    group by 1

)

select * from conversation_csat
