-- Grain: one week in which at least one eligible conversation lies. A week is
-- settled when no open conversation could still close into it: one whose last
-- answer lies in the week, unless it has been silent for settle_hours.

with

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

data_edges as (

    select * from {{ ref('int_data_edges') }}

),

unsettled as (

    select
        {{ week_start_date(
            'conversations.last_answer_at', var('reporting_timezone')
        ) }} as week_start_date,
        count(*) as unsettled_count

    from conversations

    cross join data_edges

    where
        not conversations.is_closed
        and {{ dbt.dateadd('hour', var('settle_hours'), 'conversations.last_answer_at') }}
        > data_edges.data_as_of

    group by 1

),

week_dates as (

    select week_start_date from conversations
    group by 1

),

weeks as (

    select
        week_dates.week_start_date,
        coalesce(unsettled.unsettled_count, 0) as unsettled_count,
        {{ day_begins_at(
            dbt.dateadd('day', 7, 'week_dates.week_start_date'),
            var('reporting_timezone')
        ) }} as week_ended_at,
        data_edges.data_as_of,
        data_edges.events_newest_at

    from week_dates

    cross join data_edges

    left join unsettled
        on week_dates.week_start_date = unsettled.week_start_date

)

select * from weeks
