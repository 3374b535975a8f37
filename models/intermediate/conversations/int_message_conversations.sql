{{ config(
    slice_by = 'thread_id',
    changes_by = ['thread_id', 'conversation_id', 'message_id']
) }}

-- Grain: one placed message and the conversation it belongs to: the latest of
-- its thread that had been opened by then. What comes before the first opening
-- (a greeting, a form) belongs to the first conversation.

with

placed_messages as (

    select * from {{ ref('int_message_placements') }}
    where placement = 'placed'

),

conversation_starts as (

    select * from {{ ref('int_conversation_starts') }}

),

numbered as (

    select
        placed_messages.message_id,
        placed_messages.thread_id,
        placed_messages.author_role,
        placed_messages.is_public,
        placed_messages.is_auto_reply,
        placed_messages.is_substantive,
        placed_messages.source_position,
        placed_messages.sent_at,
        count(conversation_starts.opening_message_id) over (
            partition by placed_messages.thread_id
            order by
                placed_messages.sent_at nulls last,
                placed_messages.source_position nulls last,
                placed_messages.message_id
            rows between unbounded preceding and current row
        ) as opened_so_far

    from placed_messages

    left join conversation_starts
        on placed_messages.message_id = conversation_starts.opening_message_id

),

message_conversations as (

    select
        message_id,
        thread_id
        || '#'
        || cast(greatest(opened_so_far, 1) as {{ dbt.type_string() }})
            as conversation_id,
        thread_id,
        author_role,
        is_public,
        is_auto_reply,
        is_substantive,
        source_position,
        sent_at

    from numbered

)

select * from message_conversations
