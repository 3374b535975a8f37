{{ config(
    materialized = 'incremental',
    incremental_strategy = 'append',
    on_schema_change = 'fail',
    full_refresh = false
) }}

-- Grain: one fit of the intents, and one pair of the intent that conversations had
-- before it and the one they have since, by their openings' terms alone. Written
-- once, by the build that learned: what moved at that time does not change.
-- Either is null for conversations whose opening spoke for no intent.

with

intent_terms as (

    select *
    from {{ ref('int_intent_terms') }}
    {% if is_incremental() %}
    where
        fit_number > (
            select coalesce(max(known_fits.fit_number), 0)
            from {{ this }} as known_fits
        )
    {% endif %}

),

opening_terms as (

    select * from {{ ref('int_opening_terms') }}

),

intents as (

    select
        intent_id,
        intent_label,
        fit_number,
        coalesce(first_fit = fit_number, false) as is_new,
        coalesce(retired_at_fit = fit_number, false) as is_retiring

    from intent_terms

    group by 1, 2, 3, 4, 5

),

-- Sums of decimals do not depend on the order of their rows.
scores as (

    select
        opening_terms.conversation_id,
        intent_terms.intent_id,
        coalesce(sum(cast(
            opening_terms.weight * intent_terms.previous_weight
            as decimal(18, 9)
        )), 0) as score_before,
        coalesce(sum(cast(
            case
                when intent_terms.retired_at_fit is null
                    then opening_terms.weight * intent_terms.weight
            end
            as decimal(18, 9)
        )), 0) as score_since

    from opening_terms

    inner join intent_terms
        on opening_terms.term = intent_terms.term

    group by 1, 2

),

ranked as (

    select
        *,
        row_number() over (
            partition by conversation_id
            order by score_before desc, intent_id asc
        ) as place_before,
        row_number() over (
            partition by conversation_id
            order by score_since desc, intent_id asc
        ) as place_since

    from scores

),

moves as (

    select
        conversation_id,
        max(case when place_before = 1 and score_before > 0 then intent_id end)
            as from_intent_id,
        max(case when place_since = 1 and score_since > 0 then intent_id end)
            as to_intent_id

    from ranked

    group by 1

),

counted as (

    select
        from_intent_id,
        to_intent_id,
        count(*) as conversation_count

    from moves

    where from_intent_id is not null or to_intent_id is not null

    group by 1, 2

),

intent_lineage as (

    select
        coalesce(to_intents.fit_number, from_intents.fit_number) as fit_number,
        counted.from_intent_id,
        from_intents.intent_label as from_intent_label,
        counted.to_intent_id,
        to_intents.intent_label as to_intent_label,
        counted.conversation_count,
        case
            when counted.from_intent_id = counted.to_intent_id then 'kept'
            when counted.to_intent_id is null then 'lost'
            when counted.from_intent_id is null and to_intents.is_new
                then 'new'
            when counted.from_intent_id is null then 'gained'
            when from_intents.is_retiring and to_intents.is_new
                then 'replaced'
            when from_intents.is_retiring then 'merged'
            when to_intents.is_new then 'split'
            else 'moved'
        end as change

    from counted

    left join intents as from_intents
        on counted.from_intent_id = from_intents.intent_id

    left join intents as to_intents
        on counted.to_intent_id = to_intents.intent_id

)

select * from intent_lineage
