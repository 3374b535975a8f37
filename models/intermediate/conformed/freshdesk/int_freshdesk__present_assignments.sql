{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one ticket that has an agent, and since when at the latest: since his
-- first message on it, else since the ticket's end or last update. Only for
-- tickets whose assignments no activity records.

with

tickets as (

    select * from {{ ref('int_freshdesk__current_tickets') }}

),

replies as (

    select * from {{ ref('int_freshdesk__replies') }}

),

first_words as (

    select
        ticket_id,
        author_id,
        min(sent_at) as first_sent_at

    from replies

    group by 1, 2

),

present_assignments as (

    select
        tickets.ticket_id,
        tickets.assignee_id,
        coalesce(
            first_words.first_sent_at,
            least(
                coalesce(tickets.resolved_at, tickets.closed_at),
                coalesce(tickets.closed_at, tickets.resolved_at)
            ),
            tickets.updated_at,
            tickets.created_at
        ) as assigned_at,
        tickets.loaded_at

    from tickets

    left join first_words
        on
            tickets.ticket_id = first_words.ticket_id
            and tickets.assignee_id = first_words.author_id

    where tickets.assignee_id is not null

)

select * from present_assignments
