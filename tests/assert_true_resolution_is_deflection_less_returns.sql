-- The same number by two routes: deflected conversations that stayed resolved,
-- counted, against deflection x (1 - re-contact rate among the deflected) on the
-- mature cohort, from the conversations mart.

with

cohort as (

    select
        week_start_date,
        count(*) as mature_count,
        count(case when is_deflected then 1 end) as deflected_count,
        count(case when is_deflected and has_recontact then 1 end)
            as returned_count

    from {{ ref('conversations') }}

    where is_mature

    group by 1

),

published as (

    select
        week_start_date,
        true_resolution_rate

    from {{ ref('weekly_metrics') }}

)

select
    cohort.week_start_date,
    published.true_resolution_rate

from cohort

left join published
    on cohort.week_start_date = published.week_start_date

where
    published.true_resolution_rate is null
    or abs(
        published.true_resolution_rate
        - {{ ratio('cohort.deflected_count', 'cohort.mature_count') }}
        * (1 - coalesce(
            {{ ratio('cohort.returned_count', 'cohort.deflected_count') }}, 0
        ))
    ) > 1e-9
