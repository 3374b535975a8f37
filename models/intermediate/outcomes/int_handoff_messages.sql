{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id', 'message_id']
) }}

-- Grain: one message of a conversation that was handed to a human, up to its
-- close, and on which side of the handoff it lies. At the very instant of the
-- handoff a customer still spoke to the AI, a human already speaks for
-- themselves. `human_reply_number` counts the humans' public messages after it.

with

handoffs as (

    select * from {{ ref('int_handoffs') }}

),

conversation_messages as (

    select * from {{ ref('int_conversation_messages') }}

),

sided as (

    select
        conversation_messages.conversation_id,
        conversation_messages.message_id,
        conversation_messages.author_role,
        conversation_messages.message_number,
        conversation_messages.is_public,
        conversation_messages.is_substantive,
        case
            when conversation_messages.author_role = 'human_agent'
                then
                    conversation_messages.sent_at
                    >= handoffs.handed_to_human_at
            else
                conversation_messages.sent_at > handoffs.handed_to_human_at
        end as is_after_handoff,
        conversation_messages.author_role = 'human_agent'
        and conversation_messages.is_public
        and not conversation_messages.is_auto_reply
        and conversation_messages.sent_at
        >= handoffs.handed_to_human_at as is_human_reply,
        conversation_messages.sent_at

    from conversation_messages

    inner join handoffs
        on conversation_messages.conversation_id = handoffs.conversation_id

    where not conversation_messages.is_after_close

),

handoff_messages as (

    select
        *,
        case
            when is_human_reply
                then row_number() over (
                    partition by conversation_id, is_human_reply
                    order by message_number
                )
        end as human_reply_number

    from sided

)

select * from handoff_messages
