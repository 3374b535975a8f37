{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one eligible conversation that the AI handed to a human. Whether the
-- customer had to explain again is null where no human ever answered.

with

handoffs as (

    select * from {{ ref('int_handoffs') }}

),

handoff_replies as (

    select * from {{ ref('int_handoff_replies') }}

),

handoff_notes as (

    select * from {{ ref('int_handoff_notes') }}

),

handoff_reexplanations as (

    select * from {{ ref('int_handoff_reexplanations') }}

),

joined as (

    select
        handoffs.*,
        handoff_replies.first_human_reply_at,
        handoff_reexplanations.evidence_message_id,
        handoff_replies.conversation_id is not null as has_human_reply,
        handoff_notes.conversation_id is not null as has_handoff_note,
        coalesce(handoff_reexplanations.is_human_asked_again, false)
            as is_human_asked_again,
        coalesce(handoff_reexplanations.is_customer_repeated, false)
            as is_customer_repeated

    from handoffs

    left join handoff_replies
        on handoffs.conversation_id = handoff_replies.conversation_id

    left join handoff_notes
        on handoffs.conversation_id = handoff_notes.conversation_id

    left join handoff_reexplanations
        on handoffs.conversation_id = handoff_reexplanations.conversation_id

),

escalations as (

    select

        ---------- ids
        conversation_id,
        case when has_human_reply then evidence_message_id end
            as evidence_message_id,

        ---------- strings
        handoff_reason,

        ---------- numerics
        case
            when is_announced
                then {{ seconds_between(
                    'handed_to_human_at', 'first_human_reply_at'
                ) }}
        end as time_to_first_human_reply_seconds,

        ---------- booleans
        is_announced,
        has_human_reply,
        has_handoff_note,
        is_closed and not has_human_reply as is_abandoned_in_queue,
        case when has_human_reply then is_human_asked_again end
            as is_human_asked_again,
        case when has_human_reply then is_customer_repeated end
            as is_customer_repeated,
        case
            when has_human_reply
                then is_human_asked_again or is_customer_repeated
        end as is_reexplained,

        ---------- timestamps
        handed_to_human_at,
        first_human_reply_at

    from joined

)

select * from escalations
