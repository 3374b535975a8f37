{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id', 'message_id']
) }}

-- Grain: one placed message, in order within its conversation, without its text.

with

message_conversations as (

    select * from {{ ref('int_message_conversations') }}

),

conversation_closes as (

    select * from {{ ref('int_conversation_closes') }}

),

conversation_messages as (

    select
        message_conversations.message_id,
        message_conversations.conversation_id,
        message_conversations.author_role,
        row_number() over (
            partition by message_conversations.conversation_id
            order by
                message_conversations.sent_at nulls last,
                message_conversations.source_position nulls last,
                message_conversations.message_id
        ) as message_number,
        message_conversations.is_public,
        message_conversations.is_auto_reply,
        message_conversations.is_substantive,
        coalesce(
            message_conversations.sent_at > conversation_closes.closed_at,
            false
        ) as is_after_close,
        message_conversations.sent_at

    from message_conversations

    left join conversation_closes
        on
            message_conversations.conversation_id
            = conversation_closes.conversation_id

)

select * from conversation_messages
