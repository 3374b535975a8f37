{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_ticket_events': ['ticket_id', 'int_conversations'],
    }
) }}

-- Grain: one eligible conversation that the AI handed to a human.
-- `is_announced` tells whether the help desk recorded the handoff; if not, the
-- human's first message is all there is, and how long the customer waited is
-- unknown.

with

conversations as (

    select * from {{ ref('int_conversations') }}

),

ticket_events as (

    select * from {{ ref('int_ticket_events') }}

),

announcements as (

    select
        ticket_id,
        occurred_at,
        count(*) as announcement_count

    from ticket_events

    where event_type = 'handed_to_human'

    group by 1, 2

),

handoffs as (

    select
        conversations.conversation_id,
        conversations.ticket_id,
        conversations.handoff_reason,
        conversations.is_closed,
        announcements.ticket_id is not null as is_announced,
        conversations.handed_to_human_at,
        conversations.closed_at

    from conversations

    left join announcements
        on
            conversations.ticket_id = announcements.ticket_id
            and conversations.handed_to_human_at = announcements.occurred_at

    where
        conversations.is_eligible
        and conversations.is_handed_to_human

)

select * from handoffs
