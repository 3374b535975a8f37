{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_ticket_events': ['ticket_id', 'int_handoffs'],
    }
) }}

-- Grain: one handed-over conversation whose human was left a note or summary:
-- private, by anyone but the customer, from 10 minutes before the handoff (some
-- systems write first, then transfer) to the human's first answer.

with

handoffs as (

    select * from {{ ref('int_handoffs') }}

),

handoff_replies as (

    select * from {{ ref('int_handoff_replies') }}

),

handoff_messages as (

    select * from {{ ref('int_handoff_messages') }}

),

ticket_events as (

    select * from {{ ref('int_ticket_events') }}

),

spans as (

    select
        handoffs.conversation_id,
        handoffs.ticket_id,
        {{ dbt.dateadd('minute', -10, 'handoffs.handed_to_human_at') }}
            as from_at,
        coalesce(
            handoff_replies.first_human_reply_at,
            handoffs.closed_at
        ) as until_at

    from handoffs

    left join handoff_replies
        on handoffs.conversation_id = handoff_replies.conversation_id

),

notes as (

    select
        conversation_id,
        sent_at as noted_at

    from handoff_messages

    where
        not is_public
        and author_role in ('ai_agent', 'bot_automation', 'human_agent')

    union all

    select
        spans.conversation_id,
        ticket_events.occurred_at as noted_at

    from ticket_events

    inner join spans
        on ticket_events.ticket_id = spans.ticket_id

    where
        ticket_events.event_type = 'note_added'
        and coalesce(ticket_events.actor_role, '') <> 'customer'

),

handoff_notes as (

    select
        notes.conversation_id,
        min(notes.noted_at) as noted_at

    from notes

    inner join spans
        on notes.conversation_id = spans.conversation_id

    where
        notes.noted_at >= spans.from_at
        and (spans.until_at is null or notes.noted_at <= spans.until_at)

    group by 1

)

select * from handoff_notes
