{{ config(changes_by = ['conversation_id']) }}

-- Grain: one conversation whose customer had already rated another one of the
-- same issue and rates again. By the times of the ratings: several conversations
-- may continue the same one, and then have the same position in the issue.

with

conversation_csat as (

    select * from {{ ref('int_conversation_csat') }}
    where csat_answered_count > 0

),

conversation_issues as (

    select * from {{ ref('int_conversation_issues') }}

),

rated as (

    select
        conversation_csat.conversation_id,
        conversation_csat.csat_positive_count,
        row_number() over (
            partition by conversation_issues.issue_id
            order by
                conversation_csat.first_answered_at nulls last,
                conversation_csat.conversation_id
        ) as rating_number

    from conversation_csat

    inner join conversation_issues
        on
            conversation_csat.conversation_id
            = conversation_issues.conversation_id

),

conversation_resurveys as (

    select
        conversation_id,
        csat_positive_count > 0 as is_positive

    from rated

    where rating_number > 1

)

select * from conversation_resurveys
