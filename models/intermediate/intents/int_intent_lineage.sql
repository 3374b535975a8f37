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

opening_intent_scores as (

    select * from {{ ref('int_opening_intent_scores') }}

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
scores_before as (

    select
        opening_terms.conversation_id,
        intent_terms.intent_id,
        sum(cast(
            opening_terms.weight * intent_terms.previous_weight
            as decimal(18, 9)
        )) as score

    from opening_terms

    inner join intent_terms
        on opening_terms.term = intent_terms.term

    where intent_terms.previous_weight is not null

    group by 1, 2

),

ranked_before as (

    select
        conversation_id,
        intent_id,
        row_number() over (
            partition by conversation_id
            order by score desc, intent_id asc
        ) as place

    from scores_before

    where score > 0

),

ranked_since as (

    select
        opening_intent_scores.conversation_id,
        opening_intent_scores.intent_id,
        row_number() over (
            partition by opening_intent_scores.conversation_id
            order by
                opening_intent_scores.score desc,
                opening_intent_scores.intent_id asc
        ) as place

    from opening_intent_scores

    inner join intents
        on opening_intent_scores.intent_id = intents.intent_id

),

best_before as (

    select * from ranked_before
    where place = 1

),

best_since as (

    select * from ranked_since
    where place = 1

),

moves as (

    select
        best_before.intent_id as from_intent_id,
        best_since.intent_id as to_intent_id

    from best_before

    full outer join best_since
        on best_before.conversation_id = best_since.conversation_id

),

counted as (

    select
        from_intent_id,
        to_intent_id,
        count(*) as conversation_count

    from moves

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
