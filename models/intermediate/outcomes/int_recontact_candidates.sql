-- Grain: a closed conversation and a later contact of the same customer within
-- 168 hours, with the strongest evidence that both are about the same issue.
-- Bands nest: strict <= default <= any (every row is in "any").

with

recontact_pairs as (

    select * from {{ ref('int_recontact_pairs') }}

),

threads as (

    select
        conversations.conversation_id,
        threads.ticket_id,
        threads.merged_into_ticket_id,
        threads.follow_up_of_ticket_id

    from {{ ref('int_conversations') }} as conversations

    inner join {{ ref('int_threads') }} as threads
        on conversations.thread_id = threads.thread_id

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

opening_similarities as (

    select * from {{ ref('int_opening_similarities') }}

),

evidence as (

    select
        recontact_pairs.conversation_id,
        recontact_pairs.next_conversation_id,
        recontact_pairs.resolved_at,
        recontact_pairs.next_opened_at,
        opening_similarities.text_similarity,
        recontact_pairs.is_same_thread
        or coalesce(
            next_thread.follow_up_of_ticket_id = first_thread.ticket_id, false
        )
        or coalesce(
            next_thread.merged_into_ticket_id = first_thread.ticket_id, false
        ) as is_explicit,
        coalesce(
            first_intent.intent_id = next_intent.intent_id
            and first_intent.intent_id <> 'unclassified',
            false
        ) as is_same_intent,
        coalesce(
            opening_similarities.text_similarity
            >= {{ var('same_issue_similarity') }},
            false
        ) as is_similar_text

    from recontact_pairs

    inner join threads as first_thread
        on recontact_pairs.conversation_id = first_thread.conversation_id

    inner join threads as next_thread
        on recontact_pairs.next_conversation_id = next_thread.conversation_id

    left join conversation_intents as first_intent
        on recontact_pairs.conversation_id = first_intent.conversation_id

    left join conversation_intents as next_intent
        on recontact_pairs.next_conversation_id = next_intent.conversation_id

    left join opening_similarities
        on
            recontact_pairs.conversation_id
            = opening_similarities.conversation_id
            and recontact_pairs.next_conversation_id
            = opening_similarities.later_conversation_id

),

recontact_candidates as (

    select
        conversation_id,
        next_conversation_id,
        case
            when is_explicit then 'explicit'
            when is_same_intent then 'intent'
            when is_similar_text then 'similar_text'
        end as match_method,
        text_similarity,
        {{ seconds_between('resolved_at', 'next_opened_at') }}
            as time_to_recontact_seconds,
        is_explicit or (is_same_intent and is_similar_text) as is_strict,
        is_explicit or is_same_intent or is_similar_text as is_default,
        resolved_at,
        next_opened_at

    from evidence

)

select * from recontact_candidates
