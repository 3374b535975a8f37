-- Grain: an eligible conversation and a later contact of the same customer within
-- 168 hours of its resolution, whether or not it counts as a re-contact.

with

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

recontact_candidates as (

    select * from {{ ref('int_recontact_candidates') }}

),

judged as (

    select * from {{ ref('int_recontacts') }}
    where window_hours = 168

),

charges as (

    select * from {{ ref('int_recontact_charges') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

recontacts as (

    select
        recontact_candidates.conversation_id
        || '>' || recontact_candidates.next_conversation_id as recontact_id,
        recontact_candidates.conversation_id,
        recontact_candidates.next_conversation_id,
        conversation_intents.intent_id,
        recontact_candidates.match_method,
        case
            when recontact_candidates.is_strict then 'strict'
            when recontact_candidates.is_default then 'default'
            else 'any'
        end as match_band,
        recontact_candidates.text_similarity,
        recontact_candidates.time_to_recontact_seconds,
        coalesce(
            judged.recontact_conversation_id
            = recontact_candidates.next_conversation_id,
            false
        ) as is_the_recontact,
        coalesce(
            charges.charged_to_conversation_id
            = recontact_candidates.conversation_id,
            false
        ) as is_charged,
        recontact_candidates.time_to_recontact_seconds <= 86400
            as is_within_24h,
        recontact_candidates.time_to_recontact_seconds <= 259200
            as is_within_72h,
        recontact_candidates.resolved_at,
        recontact_candidates.next_opened_at as recontacted_at,
        conversations.week_start_date

    from recontact_candidates

    inner join conversations
        on recontact_candidates.conversation_id = conversations.conversation_id

    left join judged
        on recontact_candidates.conversation_id = judged.conversation_id

    left join charges
        on recontact_candidates.next_conversation_id = charges.conversation_id

    left join conversation_intents
        on
            recontact_candidates.conversation_id
            = conversation_intents.conversation_id

)

select * from recontacts
