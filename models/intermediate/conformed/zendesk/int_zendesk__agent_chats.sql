{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one ticket whose chat a person of the company began. Zendesk calls
-- every chat agent-initiated that a bot greeted first, so its word counts only
-- where a person really wrote first.

with

chats as (

    select * from {{ ref({
        'fivetran': 'stg_zendesk__ticket_chats',
        'airbyte': 'stg_zendesk__ticket_chats_airbyte',
    }[var('zendesk_layout')]) }}

),

chat_events as (

    select * from {{ ref('int_zendesk__chat_events') }}

),

numbered_chat_messages as (

    select
        ticket_id,
        actor_role,
        row_number() over (
            partition by ticket_id
            order by occurred_at nulls last, coalesce(chat_index, 0), chat_event_id
        ) as message_number

    from chat_events

    where
        event_type = 'ChatMessage'
        and {{ is_not_blank('body') }}

),

agent_chats as (

    select chats.ticket_id

    from chats

    inner join numbered_chat_messages
        on
            chats.ticket_id = numbered_chat_messages.ticket_id
            and numbered_chat_messages.message_number = 1
            and numbered_chat_messages.actor_role = 'human_agent'

    where
        chats.quarantine_reason is null
        and chats.initiator_role = 'agent'

    group by 1

)

select * from agent_chats
