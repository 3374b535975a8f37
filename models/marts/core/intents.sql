-- Grain: one learned intent, and 'unclassified' for what fits none. Volume is
-- the eligible conversations. Merged and hidden intents are left out: no
-- conversation can have them.

with

intent_terms as (

    select * from {{ ref('int_intent_terms') }}

),

overrides as (

    select * from {{ ref('intent_overrides') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

learned as (

    select
        intent_id,
        intent_label,
        first_fit,
        retired_at_fit,
        {{ dbt.listagg(
            'case when term_rank <= 6 then word end',
            "', '",
            'order by term_rank'
        ) }} as top_terms

    from intent_terms

    group by 1, 2, 3, 4

),

known as (

    select
        learned.intent_id,
        case
            when overrides.action = 'rename' then overrides.label
            else learned.intent_label
        end as intent_label,
        learned.top_terms,
        case
            when overrides.action = 'rename' then 'override'
            else 'model'
        end as label_source,
        learned.first_fit,
        learned.retired_at_fit

    from learned

    left join overrides
        on learned.intent_id = overrides.intent_id

    where coalesce(overrides.action, 'rename') = 'rename'

    union all

    select
        'unclassified' as intent_id,
        'unclassified' as intent_label,
        cast(null as {{ dbt.type_string() }}) as top_terms,
        'none' as label_source,
        cast(null as bigint) as first_fit,
        cast(null as bigint) as retired_at_fit

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
