{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_ticket_events': ['ticket_id', 'int_conversation_starts', 'thread_id'],
    }
) }}

-- Grain: one conversation that the AI agent handed to a human: the help desk's
-- event says so, or a human answered publicly after the AI had. The first one
-- counts; what goes from human to human later is no handoff, and neither is a
-- conversation in which the AI never answered.

with

conversation_starts as (

    select * from {{ ref('int_conversation_starts') }}

),

conversation_closes as (

    select * from {{ ref('int_conversation_closes') }}

),

conversation_answers as (

    select * from {{ ref('int_conversation_answers') }}

),

messages as (

    select * from {{ ref('int_message_conversations') }}

),

handoff_events as (

    select * from {{ ref('int_ticket_events') }}
    where event_type = 'handed_to_human'

),

events_in_conversations as (

    select
        conversation_starts.conversation_id,
        handoff_events.occurred_at,
        handoff_events.reason,
        row_number() over (
            partition by conversation_starts.conversation_id
            order by handoff_events.occurred_at nulls last, handoff_events.ticket_event_id
        ) as event_number

    from handoff_events

    inner join conversation_starts
        on handoff_events.ticket_id = conversation_starts.thread_id

    left join conversation_closes
        on
            conversation_starts.conversation_id
            = conversation_closes.conversation_id

    where
        (
            conversation_starts.conversation_number = 1
            or handoff_events.occurred_at >= conversation_starts.opened_at
        )
        and (
            conversation_starts.next_opened_at is null
            or handoff_events.occurred_at < conversation_starts.next_opened_at
        )
        and (
            conversation_closes.closed_at is null
            or handoff_events.occurred_at <= conversation_closes.closed_at
        )

),

announced as (

    select
        conversation_id,
        occurred_at as handed_to_human_at,
        reason as handoff_reason

    from events_in_conversations

    where event_number = 1

),

human_followed_ai as (

    select
        messages.conversation_id,
        min(messages.sent_at) as handed_to_human_at

    from messages

    inner join conversation_answers
        on messages.conversation_id = conversation_answers.conversation_id

    left join conversation_closes
        on messages.conversation_id = conversation_closes.conversation_id

    where
        messages.author_role = 'human_agent'
        and messages.is_public
        and not messages.is_auto_reply
        and messages.sent_at >= conversation_answers.first_ai_answer_at
        and (
            conversation_closes.closed_at is null
            or messages.sent_at <= conversation_closes.closed_at
        )

    group by 1

),

conversation_handoffs as (

    select
        conversation_answers.conversation_id,
        least(
            coalesce(
                announced.handed_to_human_at,
                human_followed_ai.handed_to_human_at
            ),
            coalesce(
                human_followed_ai.handed_to_human_at,
                announced.handed_to_human_at
            )
        ) as handed_to_human_at,
        announced.handoff_reason

    from conversation_answers

    left join announced
        on conversation_answers.conversation_id = announced.conversation_id

    left join human_followed_ai
        on
            conversation_answers.conversation_id
            = human_followed_ai.conversation_id

    where
        conversation_answers.first_ai_answer_at is not null
        and (
            announced.conversation_id is not null
            or human_followed_ai.conversation_id is not null
        )

)

select * from conversation_handoffs
