{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one time a ticket was given to an agent or to a group of people, as the
-- activities record it. A ticket whose assignments none of them records has its
-- present agent, no more.

with

recorded_moves as (

    select * from {{ ref('int_freshdesk__recorded_moves') }}

),

ticket_contexts as (

    select * from {{ ref('int_freshdesk__ticket_contexts') }}

),

accounts as (

    select * from {{ ref('int_freshdesk__accounts') }}

),

present_assignments as (

    select * from {{ ref('int_freshdesk__present_assignments') }}

),

recorded_tickets as (

    select ticket_id

    from recorded_moves

    where move_kind = 'assignee'

    group by 1

),

stacked as (

    select * from recorded_moves

    union all

    select
        present_assignments.ticket_id || ':agent' as move_id,
        present_assignments.ticket_id,
        'assignee' as move_kind,
        present_assignments.assignee_id,
        'system' as actor_role,
        present_assignments.assigned_at as moved_at,
        present_assignments.loaded_at

    from present_assignments

    left join recorded_tickets
        on present_assignments.ticket_id = recorded_tickets.ticket_id

    where recorded_tickets.ticket_id is null

),

ticket_moves as (

    select
        'freshdesk' as source_name,
        'freshdesk:' || stacked.move_id as ticket_move_id,
        'freshdesk:' || stacked.ticket_id as ticket_id,
        stacked.move_kind,
        -- only agents can be assigned, still on the list or not
        case
            when accounts.is_listed_bot then accounts.author_role
            else 'human_agent'
        end as holder_role,
        stacked.actor_role,
        ticket_contexts.handoff_reason as reason,
        stacked.moved_at,
        stacked.loaded_at

    from stacked

    left join accounts
        on stacked.assignee_id = accounts.account_id

    left join ticket_contexts
        on stacked.ticket_id = ticket_contexts.ticket_id

)

select * from ticket_moves
