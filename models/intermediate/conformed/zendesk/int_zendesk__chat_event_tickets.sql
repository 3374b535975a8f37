{% set chats = {
    'fivetran': 'stg_zendesk__ticket_chats',
    'airbyte': 'stg_zendesk__ticket_chats_airbyte',
}[var('zendesk_layout')] -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'chat_id',
    changes_by = ['chat_id'],
    slice_through = {
        'int_zendesk__current_tickets': ['ticket_id', chats],
    }
) }}

-- Grain: one chat event whose chat belongs to a ticket. One chat can belong to
-- several tickets: the event goes to the newest of them that existed by then (a
-- ticket is created moments after the message that causes it, hence five
-- minutes of grace), else to the oldest.

with

current_events as (

    select * from {{ ref('int_zendesk__current_chat_events') }}

),

chats as (

    select * from {{ ref(chats) }}

),

tickets as (

    select * from {{ ref('int_zendesk__current_tickets') }}

),

chat_tickets as (

    select
        chats.chat_id,
        chats.ticket_id,
        tickets.requester_id,
        tickets.created_at

    from chats

    left join tickets
        on chats.ticket_id = tickets.ticket_id

    where chats.quarantine_reason is null

    group by 1, 2, 3, 4

),

candidates as (

    select
        current_events.chat_event_id,
        current_events.chat_id,
        chat_tickets.ticket_id,
        chat_tickets.requester_id,
        {{ seconds_between(
            'chat_tickets.created_at', 'current_events.occurred_at'
        ) }} as ticket_age_seconds

    from current_events

    inner join chat_tickets
        on current_events.chat_id = chat_tickets.chat_id

),

ranked as (

    select
        candidates.*,
        row_number() over (
            partition by chat_event_id
            order by
                case
                    when ticket_age_seconds >= -300 then 0
                    when ticket_age_seconds is not null then 1
                    else 2
                end,
                case
                    when ticket_age_seconds >= -300 then ticket_age_seconds
                    when ticket_age_seconds is not null
                        then -ticket_age_seconds
                    else 0
                end,
                ticket_id
        ) as ticket_rank

    from candidates

),

event_tickets as (

    select
        chat_event_id,
        chat_id,
        ticket_id,
        requester_id

    from ranked

    where ticket_rank = 1

)

select * from event_tickets
