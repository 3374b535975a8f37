{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one ticket whose description is its first message, which is the rule:
-- the first mail is no reply. A chat's description only says whose chat it is, or
-- repeats it, so there it counts only where the chat itself is missing.

with

tickets as (

    select * from {{ ref('int_freshdesk__current_tickets') }}

),

replies as (

    select * from {{ ref('int_freshdesk__replies') }}

),

accounts as (

    select * from {{ ref('int_freshdesk__accounts') }}

),

tickets_with_replies as (

    select ticket_id

    from replies

    where is_public

    group by 1

),

written as (

    select
        tickets.*,
        -- outbound mail is written by the agent who holds the ticket
        case
            when tickets.via_channel = 'outbound_email' then tickets.assignee_id
            else tickets.requester_id
        end as author_id

    from tickets

    left join tickets_with_replies
        on tickets.ticket_id = tickets_with_replies.ticket_id

    where
        {{ is_not_blank('tickets.description') }}
        and (
            tickets.channel <> 'chat'
            or tickets_with_replies.ticket_id is null
        )

),

descriptions as (

    select
        written.ticket_id,
        written.author_id,
        case
            when accounts.is_listed_bot then accounts.author_role
            when written.via_channel = 'outbound_email' then 'human_agent'
            else 'customer'
        end as author_role,
        written.description as body,
        written.created_at as sent_at,
        written.loaded_at

    from written

    left join accounts
        on written.author_id = accounts.account_id

)

select * from descriptions
