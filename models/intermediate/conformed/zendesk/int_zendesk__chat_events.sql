{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'chat_id',
    changes_by = ['chat_id', 'ticket_id'],
    slice_through = {
        'int_zendesk__accounts': ['account_id', 'this', 'actor_id'],
    }
) }}

-- Grain: one chat event, with its ticket (null when the chat has none) and who
-- did it. A bot may write through an agent's seat, so every sign of a bot comes
-- before the account's own role.

with

current_events as (

    select * from {{ ref('int_zendesk__current_chat_events') }}

),

event_tickets as (

    select * from {{ ref('int_zendesk__chat_event_tickets') }}

),

accounts as (

    select * from {{ ref('int_zendesk__accounts') }}

),

placed_events as (

    select
        current_events.chat_event_id,
        current_events.chat_id,
        event_tickets.ticket_id,
        current_events.actor_id,
        case
            when accounts.author_role in ('ai_agent', 'bot_automation')
                then accounts.author_role
            when current_events.message_source = 'zd:answerBot' then 'ai_agent'
            when current_events.actor_id = '__trigger' then 'bot_automation'
            when current_events.actor_id = '__system' then 'system'
            when accounts.author_role is not null then accounts.author_role
            when current_events.actor_id is null then 'system'
            when current_events.actor_id = event_tickets.requester_id
                then 'customer'
            when current_events.is_marked_as_agent then 'human_agent'
            when current_events.message_author_type = 'business'
                then 'human_agent'
            -- a visitor without an account
            else 'customer'
        end as actor_role,
        current_events.event_type,
        current_events.body,
        current_events.chat_index,
        current_events.occurred_at,
        current_events.loaded_at

    from current_events

    left join event_tickets
        on current_events.chat_event_id = event_tickets.chat_event_id

    left join accounts
        on current_events.actor_id = accounts.account_id

)

select * from placed_events
