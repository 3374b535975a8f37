-- Every handoff of an eligible conversation is one escalation, and nothing else
-- is: the same set by two routes.

with

escalations as (

    select * from {{ ref('escalations') }}

),

handed_over as (

    select *
    from {{ ref('int_conversations') }}
    where
        is_eligible
        and is_handed_to_human

)

select
    escalations.conversation_id as escalation_conversation_id,
    handed_over.conversation_id

from escalations

full outer join handed_over
    on escalations.conversation_id = handed_over.conversation_id

where
    escalations.conversation_id is null
    or handed_over.conversation_id is null
