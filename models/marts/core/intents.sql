-- Grain: one intent that a conversation can have, and 'unclassified' for what
-- fits none. Volume is the eligible conversations. Merged and hidden intents are
-- left out: no conversation can have them.

with

known as (

    select * from {{ ref('int_intents') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

volumes as (

    select
        conversation_intents.intent_id,
        count(*) as conversation_count,
        min(conversations.week_start_date) as first_seen_week

    from conversations

    inner join conversation_intents
        on conversations.conversation_id = conversation_intents.conversation_id

    group by 1

),

shares as (

    select
        known.*,
        volumes.first_seen_week,
        coalesce(volumes.conversation_count, 0) as conversation_count,
        coalesce({{ ratio(
            'volumes.conversation_count',
            'sum(volumes.conversation_count) over ()'
        ) }}, 0) as volume_share,
        -- the largest intent first, and what fits none at the end
        row_number() over (
            order by
                case when known.intent_id = 'unclassified' then 1 else 0 end,
                coalesce(volumes.conversation_count, 0) desc,
                known.intent_id
        ) as volume_rank

    from known

    left join volumes
        on known.intent_id = volumes.intent_id

),

cumulated as (

    select
        *,
        sum(conversation_count) over (
            order by volume_rank
            rows between unbounded preceding and current row
        ) as cumulative_count,
        sum(conversation_count) over () as total_count

    from shares

),

intents as (

    select
        intent_id,
        intent_label,
        label_source,
        top_terms,
        conversation_count,
        volume_share,
        coalesce({{ ratio('cumulative_count', 'total_count') }}, 0)
            as cumulative_volume_share,
        -- it is needed to reach 80 %: those before it hold less
        intent_id <> 'unclassified'
        and conversation_count > 0
        and {{ ratio(
            'cumulative_count - conversation_count', 'total_count'
        ) }} < 0.8 as is_head,
        cast(volume_rank as bigint) as volume_rank,
        first_seen_week,
        first_fit,
        retired_at_fit

    from cumulated

)

select * from intents
