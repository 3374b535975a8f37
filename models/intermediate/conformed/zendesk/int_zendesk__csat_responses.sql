{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    slice_prefix = 'zendesk:'
) }}

-- Grain: one satisfaction survey offered. The field satisfaction_score is
-- 'offered', then 'good' or 'bad' once (or each time) the customer answers; the
-- last answer counts. 'unoffered' means that no survey went out. An answer
-- whose offer was never recorded was offered at the latest when it came.

with

field_changes as (

    select * from {{ ref('int_zendesk__field_changes') }}

),

steps as (

    select
        ticket_field_change_id,
        ticket_id,
        lower(new_value) as score_raw,
        case
            when lower(new_value) like 'good%' then 1
            when lower(new_value) like 'bad%' then -1
        end as score,
        changed_at,
        loaded_at

    from field_changes

    where
        field_name = 'satisfaction_score'
        and (
            lower(new_value) = 'offered'
            or lower(new_value) like 'good%'
            or lower(new_value) like 'bad%'
        )

),

numbered_steps as (

    select
        steps.*,
        sum(case when score_raw = 'offered' then 1 else 0 end) over (
            partition by ticket_id
            order by changed_at nulls last, ticket_field_change_id
            rows between unbounded preceding and current row
        ) as offer_number

    from steps

),

ranked_steps as (

    select
        numbered_steps.*,
        min(changed_at) over (partition by ticket_id, offer_number)
            as offered_at,
        min(ticket_field_change_id) over (partition by ticket_id, offer_number)
            as first_change_id,
        row_number() over (
            partition by ticket_id, offer_number
            order by changed_at desc, ticket_field_change_id desc
        ) as steps_from_last

    from numbered_steps

),

csat_responses as (

    select
        'zendesk:' || first_change_id as csat_id,
        'zendesk' as source_name,
        'zendesk:' || ticket_id as ticket_id,
        cast(null as {{ dbt.type_string() }}) as trace_session_id,
        -- Zendesk asks about the ticket, whoever answered
        'conversation' as rated_target,
        score,
        case when score is not null then score_raw end as score_raw,
        offered_at,
        case when score is not null then changed_at end as answered_at,
        loaded_at

    from ranked_steps

    where steps_from_last = 1

)

select * from csat_responses
