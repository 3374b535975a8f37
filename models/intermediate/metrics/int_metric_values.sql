-- Grain: one metric, intent (or 'all') and week.

with

rate_values as (

    select * from {{ ref('int_rate_values') }}

),

average_values as (

    select * from {{ ref('int_average_values') }}

),

metric_definitions as (

    select
        metric_name,
        unit,
        better_direction,
        threshold,
        threshold_applies_to,
        cast(
            case window_hours
                when 'headline' then {{ text_literal(var('recontact_window_hours')) }}
                else window_hours
            end as integer
        ) as window_hours,
        needs_events

    from {{ ref('metric_definitions') }}

),

intent_week_counts as (

    select * from {{ ref('int_intent_week_counts') }}

),

weeks as (

    select * from {{ ref('int_weeks') }}

),

stacked as (

    select * from rate_values
    union all
    select * from average_values

),

defined as (

    select
        stacked.*,
        metric_definitions.unit,
        metric_definitions.better_direction,
        metric_definitions.threshold,
        case metric_definitions.threshold_applies_to
            when 'upper' then stacked.upper_bound
            else stacked.metric_value
        end as judged_value,
        metric_definitions.window_hours,
        intent_week_counts.eligible_count
        - intent_week_counts.window_passed_count as immature_conversations,
        stacked.denominator < {{ var('min_sample') }} as is_small_sample,
        weeks.unsettled_count = 0
        and {{ dbt.dateadd(
            'hour',
            'coalesce(metric_definitions.window_hours, '
            ~ var('recontact_window_hours') ~ ')',
            'weeks.week_ended_at'
        ) }} <= case
            when metric_definitions.needs_events
                then least(weeks.data_as_of, weeks.events_newest_at)
            else weeks.data_as_of
        end as is_mature

    from stacked

    inner join metric_definitions
        on stacked.metric_name = metric_definitions.metric_name

    inner join weeks
        on stacked.week_start_date = weeks.week_start_date

    inner join intent_week_counts
        on
            stacked.intent_id = intent_week_counts.intent_id
            and stacked.week_start_date = intent_week_counts.week_start_date

),

metric_values as (

    select
        metric_name
        || '|' || intent_id
        || '|' || cast(week_start_date as {{ dbt.type_string() }})
            as metric_value_id,
        metric_name,
        intent_id,
        unit,
        numerator,
        cast(denominator as bigint) as denominator,
        metric_value,
        cast(lower_bound as {{ type_double() }}) as lower_bound,
        cast(upper_bound as {{ type_double() }}) as upper_bound,
        cast(threshold as {{ type_double() }}) as threshold,
        window_hours,
        immature_conversations,
        is_small_sample,
        is_mature,
        -- no alert on a small sample or on a week that can still move
        coalesce(
            not is_small_sample
            and is_mature
            and (
                (better_direction = 'down' and judged_value > threshold)
                or (better_direction = 'up' and judged_value < threshold)
            ),
            false
        ) as is_breach,
        week_start_date

    from defined

)

select * from metric_values
