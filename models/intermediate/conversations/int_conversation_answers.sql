{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation with at least one placed message: who answered, when,
-- and how often. An answer is a public message of the AI agent or of a human
-- agent, sent once the conversation was open; a bot's fixed text is none.

with

messages as (

    select * from {{ ref('int_message_conversations') }}

),

conversation_starts as (

    select * from {{ ref('int_conversation_starts') }}

),

conversation_closes as (

    select * from {{ ref('int_conversation_closes') }}

),

messages_while_open as (

    select
        messages.conversation_id,
        messages.author_role,
        messages.is_substantive,
        messages.sent_at,
        messages.is_public
        and messages.author_role in ('ai_agent', 'human_agent')
        and not messages.is_auto_reply
        and messages.sent_at >= conversation_starts.opened_at as is_answer

    from messages

    inner join conversation_starts
        on messages.conversation_id = conversation_starts.conversation_id

    left join conversation_closes
        on messages.conversation_id = conversation_closes.conversation_id

    where
        conversation_closes.closed_at is null
        or messages.sent_at <= conversation_closes.closed_at

),

conversation_answers as (

    select
        conversation_id,
        count(case when is_substantive then 1 end) as customer_message_count,
        count(
            case when is_answer and author_role = 'ai_agent' then 1 end
        ) as ai_message_count,
        count(
            case when is_answer and author_role = 'human_agent' then 1 end
        ) as human_message_count,
        min(
            case when is_answer and author_role = 'ai_agent' then sent_at end
        ) as first_ai_answer_at,
        min(
            case when is_answer and author_role = 'human_agent' then sent_at end
        ) as first_human_reply_at,
        max(case when is_answer then sent_at end) as last_answer_at

    from messages_while_open

    group by 1

)

select * from conversation_answers
