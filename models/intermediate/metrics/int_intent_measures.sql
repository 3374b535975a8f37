{{ config(
    slice_by = 'week_start_date',
    changes_by = ['week_start_date']
) }}

-- Grain: an eligible conversation under its own intent and once more under 'all',
-- so that the total is counted by the same code as its parts. The fastest quarter
-- is ranked within each intent and week, over the conversations that count in
-- re-contact rates.

with

conversation_measures as (

    select * from {{ ref('int_conversation_measures') }}

),

groupings as (

    select
        conversation_id,
        intent_id as grouping_id
    from conversation_measures
    union all
    select
        conversation_id,
        'all' as grouping_id
    from conversation_measures

),

speed_ranks as (

    select
        groupings.conversation_id,
        groupings.grouping_id,
        ntile(4) over (
            partition by
                groupings.grouping_id, conversation_measures.week_start_date
            order by
                conversation_measures.time_to_resolution_seconds nulls last,
                conversation_measures.conversation_id
        ) as speed_quarter

    from groupings

    inner join conversation_measures
        on groupings.conversation_id = conversation_measures.conversation_id

    where conversation_measures.is_mature

),

intent_measures as (

    select
        groupings.grouping_id,
        coalesce(speed_ranks.speed_quarter = 1, false) as is_fastest_quarter,
        conversation_measures.*

    from groupings

    inner join conversation_measures
        on groupings.conversation_id = conversation_measures.conversation_id

    left join speed_ranks
        on
            groupings.conversation_id = speed_ranks.conversation_id
            and groupings.grouping_id = speed_ranks.grouping_id

)

select * from intent_measures
