{% set of_both = [
    'conversation_id', 'int_recontact_pairs',
    ['conversation_id', 'next_conversation_id'],
] -%}
{{ config(
    slice_by = 'conversation_id',
    slice_through = {
        'int_opening_terms': of_both,
        'int_opening_intent_scores': of_both,
    }
) }}

-- Grain: one conversation and one later one of the same customer, at most
-- 168 hours apart. Two openings are alike when they speak for the same intents
-- to the same degree, and, to a lesser part, when they use the same words.
-- Either is a cosine: 1 is the same, 0 nothing in common (or no opening).
{% set words_share = 0.3 %}

with

pairs as (

    select * from {{ ref('int_recontact_pairs') }}

),

terms as (

    select * from {{ ref('int_opening_terms') }}

),

later_terms as (

    select * from {{ ref('int_opening_terms') }}

),

compared as (

    select conversation_id
    from pairs

    union

    select next_conversation_id as conversation_id
    from pairs

),

scores as (

    select scores.*
    from {{ ref('int_opening_intent_scores') }} as scores

    inner join compared
        on scores.conversation_id = compared.conversation_id

),

-- Spark gives a product of wider decimals six places only.
narrow_scores as (

    select
        conversation_id,
        cast(score as decimal(18, 9)) as score

    from scores

),

lengths as (

    select
        conversation_id,
        sqrt(
            cast(
                sum(cast(score * score as decimal(18, 9))) as {{ type_double() }}
            )
        ) as length

    from narrow_scores

    group by 1

),

-- Scaled so that those of one conversation have length 1.
unit_scores as (

    select
        scores.conversation_id,
        scores.intent_id,
        cast(scores.score as {{ type_double() }}) / lengths.length as unit_score

    from scores

    inner join lengths
        on scores.conversation_id = lengths.conversation_id

    where lengths.length > 0

),

later_unit_scores as (

    select * from unit_scores

),

scored_conversations as (

    select distinct conversation_id
    from unit_scores

),

-- Sums of decimals do not depend on the order of their rows; sums of floats
-- do, and the last digit would move from build to build.
shared_terms as (

    select
        pairs.conversation_id,
        pairs.next_conversation_id,
        sum(
            cast(terms.weight * later_terms.weight as decimal(18, 9))
        ) as word_similarity

    from pairs

    inner join terms
        on pairs.conversation_id = terms.conversation_id

    inner join later_terms
        on pairs.next_conversation_id = later_terms.conversation_id
        and terms.term = later_terms.term

    group by 1, 2

),

shared_intents as (

    select
        pairs.conversation_id,
        pairs.next_conversation_id,
        sum(
            cast(
                unit_scores.unit_score * later_unit_scores.unit_score
                as decimal(18, 9)
            )
        ) as intent_similarity

    from pairs

    inner join unit_scores
        on pairs.conversation_id = unit_scores.conversation_id

    inner join later_unit_scores
        on pairs.next_conversation_id = later_unit_scores.conversation_id
        and unit_scores.intent_id = later_unit_scores.intent_id

    group by 1, 2

),

-- Where an opening speaks for no intent, words are all there is.
similarities as (

    select
        pairs.conversation_id,
        pairs.next_conversation_id as later_conversation_id,
        case
            when
                first_scored.conversation_id is null
                or later_scored.conversation_id is null
                then coalesce(shared_terms.word_similarity, 0)
            else
                {{ words_share }} * coalesce(shared_terms.word_similarity, 0)
                + (1 - {{ words_share }})
                * coalesce(shared_intents.intent_similarity, 0)
        end as text_similarity

    from pairs

    left join shared_terms
        on pairs.conversation_id = shared_terms.conversation_id
        and pairs.next_conversation_id = shared_terms.next_conversation_id

    left join shared_intents
        on pairs.conversation_id = shared_intents.conversation_id
        and pairs.next_conversation_id = shared_intents.next_conversation_id

    left join scored_conversations as first_scored
        on pairs.conversation_id = first_scored.conversation_id

    left join scored_conversations as later_scored
        on pairs.next_conversation_id = later_scored.conversation_id

),

final as (

    select
        conversation_id,
        later_conversation_id,
        cast(text_similarity as {{ type_double() }}) as text_similarity

    from similarities

)

select * from final
