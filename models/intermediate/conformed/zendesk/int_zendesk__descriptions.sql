{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    changes_by = ['ticket_id'],
    slice_through = {
        'int_zendesk__accounts': ['account_id', 'this', 'author_id'],
    }
) }}

-- Grain: one ticket without comments and chat messages that has a description.
-- Elsewhere the description is the first comment again.

with

tickets as (

    select * from {{ ref('int_zendesk__current_tickets') }}

),

comments as (

    select * from {{ ref('int_zendesk__comments') }}

),

chat_messages as (

    select * from {{ ref('int_zendesk__chat_events') }}

    where
        event_type = 'ChatMessage'
        and {{ is_not_blank('body') }}

),

accounts as (

    select * from {{ ref('int_zendesk__accounts') }}

),

tickets_with_messages as (

    select ticket_id from comments

    union

    select ticket_id from chat_messages

),

descriptions as (

    select
        tickets.ticket_id,
        case
            when accounts.author_role is not null then accounts.author_role
            when tickets.submitter_id = tickets.requester_id then 'customer'
            else 'system'
        end as author_role,
        tickets.submitter_id as author_id,
        tickets.description as body,
        tickets.created_at as sent_at,
        tickets.loaded_at

    from tickets

    left join tickets_with_messages
        on tickets.ticket_id = tickets_with_messages.ticket_id

    left join accounts
        on tickets.submitter_id = accounts.account_id

    where
        tickets_with_messages.ticket_id is null
        and {{ is_not_blank('tickets.description') }}

)

select * from descriptions
