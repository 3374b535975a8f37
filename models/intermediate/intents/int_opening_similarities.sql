-- Grain: one conversation and one later one of the same customer, at most
-- 168 hours apart. The cosine of their openings' terms: 1 means the same
-- words equally often, 0 no word in common (or no opening to compare).

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

-- Sums of decimals do not depend on the order of their rows; sums of floats
-- do, and the last digit would move from build to build.
shared_terms as (

    select
        pairs.conversation_id,
        pairs.next_conversation_id,
        sum(
            cast(terms.weight * later_terms.weight as decimal(18, 9))
        ) as text_similarity

    from pairs

    inner join terms
        on pairs.conversation_id = terms.conversation_id

    inner join later_terms
        on pairs.next_conversation_id = later_terms.conversation_id
        and terms.term = later_terms.term

    group by 1, 2

),

final as (

    select
        pairs.conversation_id,
        pairs.next_conversation_id as later_conversation_id,
        cast(
            coalesce(shared_terms.text_similarity, 0) as double precision
        ) as text_similarity

    from pairs

    left join shared_terms
        on pairs.conversation_id = shared_terms.conversation_id
        and pairs.next_conversation_id = shared_terms.next_conversation_id

)

select * from final
