-- The last mature week's intents, by how far deflection promises more than was
-- truly resolved. Small samples are left out. Run it with dbt show --select
-- intents_to_fix_on_monday.

with

intent_weekly_metrics as (

    select * from {{ ref('intent_weekly_metrics') }}
    where is_mature and not is_small_sample

),

last_mature_week as (

    select max(week_start_date) as week_start_date
    from intent_weekly_metrics

),

intents_to_fix as (

    select
        intent_weekly_metrics.intent_label,
        intent_weekly_metrics.mature_conversations,
        intent_weekly_metrics.deflection_rate,
        intent_weekly_metrics.true_resolution_rate,
        intent_weekly_metrics.recontact_rate,
        intent_weekly_metrics.deflection_rate
        - intent_weekly_metrics.true_resolution_rate as hidden_failure_rate

    from intent_weekly_metrics

    inner join last_mature_week
        on
            intent_weekly_metrics.week_start_date
            = last_mature_week.week_start_date

)

select * from intents_to_fix
order by hidden_failure_rate desc, intent_label asc
