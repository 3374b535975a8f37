-- The newest week with enough conversations to tell: do the intents still fit?
-- dbt build --vars 'refit_intents: true' learns them anew.
{{ config(severity = 'warn') }}

with

told as (

    select
        *,
        row_number() over (order by week_start_date desc) as weeks_back

    from {{ ref('intent_drift') }}

    where is_refit_due is not null

)

select *
from told
where weeks_back = 1 and is_refit_due
