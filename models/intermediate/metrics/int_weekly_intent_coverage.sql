-- Grain: one week: how many intents it takes to cover the volume, and how much of
-- it has no intent or no known customer.

with

weekly_metrics as (

    select * from {{ ref('int_weekly_metrics') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

classified as (

    select
        week_start_date,
        intent_id,
        eligible_conversations,
        sum(eligible_conversations) over (
            partition by week_start_date
            order by eligible_conversations desc, intent_id asc
            rows between unbounded preceding and current row
        ) - eligible_conversations as larger_intents

    from weekly_metrics

    where intent_id not in ('all', 'unclassified')

),

weeks as (

    select
        week_start_date,
        count(*) as eligible_conversations,
        count(case when is_linkable then 1 end) as linkable_conversations

    from conversations

    group by 1

),

intents as (

    select
        classified.week_start_date,
        count(*) as intent_count,
        count(
            case
                when
                    classified.larger_intents
                    < 0.8 * weeks.eligible_conversations
                    then 1
            end
        ) as head_intent_count,
        sum(classified.eligible_conversations) as classified_conversations

    from classified

    inner join weeks
        on classified.week_start_date = weeks.week_start_date

    group by 1

),

coverage as (

    select
        weeks.week_start_date,
        coalesce(intents.intent_count, 0) as intent_count,
        coalesce(intents.head_intent_count, 0) as head_intent_count,
        {{ ratio(
            'weeks.eligible_conversations'
            ~ ' - coalesce(intents.classified_conversations, 0)',
            'weeks.eligible_conversations'
        ) }} as unclassified_share,
        {{ ratio(
            'weeks.linkable_conversations', 'weeks.eligible_conversations'
        ) }} as linkable_share

    from weeks

    left join intents
        on weeks.week_start_date = intents.week_start_date

)

select * from coverage
