-- Grain: one week of eligible conversations: do the intents still fit them? A lead
-- is small below twice the smallest that counts.

with

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

stability as (

    select * from {{ ref('int_weekly_intent_stability') }}

),

weeks as (

    select
        conversations.week_start_date,
        count(*) as eligible_conversations,
        count(
            case when conversation_intents.intent_id = 'unclassified' then 1 end
        ) as unclassified_conversations,
        count(
            case
                when
                    conversation_intents.intent_source = 'model'
                    and conversation_intents.intent_margin
                    < 2 * {{ var('intent_min_margin') }}
                    then 1
            end
        ) as small_margin_conversations

    from conversations

    inner join conversation_intents
        on conversations.conversation_id = conversation_intents.conversation_id

    group by 1

),

measured as (

    select
        weeks.*,
        {{ ratio('unclassified_conversations', 'eligible_conversations') }}
            as unclassified_share,
        {{ ratio('small_margin_conversations', 'eligible_conversations') }}
            as small_margin_share,
        stability.population_stability_index,
        stability.chance_stability_index

    from weeks

    left join stability
        on weeks.week_start_date = stability.week_start_date

),

weekly_intent_drift as (

    select
        week_start_date,
        eligible_conversations,
        unclassified_conversations,
        small_margin_conversations,
        unclassified_share,
        small_margin_share,
        population_stability_index,
        chance_stability_index,
        -- too few conversations say nothing, neither yes nor no
        case
            when eligible_conversations >= {{ var('min_sample') }}
                then
                    coalesce(
                        population_stability_index - chance_stability_index
                        > {{ var('refit_stability_limit') }},
                        false
                    )
                    or unclassified_share
                    > {{ var('refit_unclassified_limit') }}
        end as is_refit_due

    from measured

)

select * from weekly_intent_drift
