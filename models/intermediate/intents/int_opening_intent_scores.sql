{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation and one learned intent that its opening speaks for:
-- the sum of the weights of its terms, where that is above 0.

with

opening_terms as (

    select * from {{ ref('int_opening_terms') }}

),

intent_terms as (

    select *
    from {{ ref('int_intent_terms') }}
    where retired_at_fit is null

),

-- Sums of decimals do not depend on the order of their rows; sums of floats
-- do, and a tie would fall differently from build to build.
sums as (

    select
        opening_terms.conversation_id,
        intent_terms.intent_id,
        sum(
            cast(opening_terms.weight * intent_terms.weight as decimal(18, 9))
        ) as score

    from opening_terms

    inner join intent_terms
        on opening_terms.term = intent_terms.term

    group by 1, 2

),

-- Terms can also speak against an intent.
scores as (

    select *
    from sums
    where score > 0

)

select * from scores
