-- Each week's counts over all intents equal the total's, and eligible
-- conversations are mature, immature or unlinkable.

with

by_intent as (

    select
        week_start_date,
        sum(eligible_conversations) as eligible_conversations,
        sum(mature_conversations) as mature_conversations,
        sum(recontacts) as recontacts,
        sum(deflected_conversations) as deflected_conversations,
        sum(escalations) as escalations,
        sum(instructions) as instructions,
        sum(
            mature_conversations
            + immature_conversations
            + unlinkable_conversations
        ) as accounted_conversations

    from {{ ref('intent_weekly_metrics') }}

    group by 1

),

totals as (

    select * from {{ ref('weekly_metrics') }}

)

select totals.week_start_date

from totals

left join by_intent
    on totals.week_start_date = by_intent.week_start_date

where
    by_intent.week_start_date is null
    or by_intent.eligible_conversations <> totals.eligible_conversations
    or by_intent.mature_conversations <> totals.mature_conversations
    or by_intent.recontacts <> totals.recontacts
    or by_intent.deflected_conversations <> totals.deflected_conversations
    or by_intent.escalations <> totals.escalations
    or by_intent.instructions <> totals.instructions
    or by_intent.accounted_conversations <> totals.eligible_conversations
