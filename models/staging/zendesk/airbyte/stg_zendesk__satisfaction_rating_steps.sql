{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one step of a satisfaction survey by the table of ratings: offered, or
-- answered with 'good' or 'bad'. A rating is one row that changes its score, or
-- one row per step: the creation of an answered one is the offer only where no
-- row says 'offered'.

with

satisfaction_ratings as (

    select
        *,
        max(case when score = 'offered' then 1 else 0 end)
            over (partition by ticket_id) as has_offered_row

    from {{ ref('stg_zendesk__satisfaction_ratings') }}

    where
        quarantine_reason is null
        and score <> 'unoffered'

),

steps as (

    select
        rating_id || ':offered' as step_id,
        ticket_id,
        'offered' as score,
        created_at as changed_at,
        loaded_at

    from satisfaction_ratings

    where
        score = 'offered'
        or (has_offered_row = 0 and created_at < updated_at)

    union all

    select
        rating_id || ':answered' as step_id,
        ticket_id,
        score,
        updated_at as changed_at,
        loaded_at

    from satisfaction_ratings

    where score <> 'offered'

)

select * from steps
where {{ is_remembered('zendesk', {'ticket_id': 'ticket'}) }}
