{{ config(
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one move of a ticket, told apart by what it means. It was handed to a
-- human when a human got what the AI had: the AI held it last, or no human has
-- had it since it was last (re)opened and the AI wrote publicly since. A chat
-- transfer does not need the AI to be seen: a bot may have no account here.
-- Everything else only is assigned, human to human above all.

with

int_ticket_move_steps as (

    select * from {{ ref('int_ticket_move_steps') }}

),

ai_messages as (

    select * from {{ ref('int_messages') }}

    where
        author_role = 'ai_agent'
        and is_public
        and ticket_id is not null

),

reopens as (

    select * from {{ ref('int_ticket_status_events') }}

    where event_type = 'reopened'

),

-- the ticket's reopens, AI messages and moves in one order, in this order when
-- they share a moment
steps as (

    select
        ticket_status_change_id as step_id,
        ticket_id,
        1 as step_rank,
        occurred_at

    from reopens

    union all

    select
        message_id as step_id,
        ticket_id,
        2 as step_rank,
        sent_at as occurred_at

    from ai_messages

    union all

    select
        ticket_move_id as step_id,
        ticket_id,
        case
            when holder_role <> 'human_agent' then 3
            when move_kind = 'assignee' then 4
            when move_kind = 'chat_transfer' then 5
            else 6
        end as step_rank,
        moved_at as occurred_at

    from int_ticket_move_steps

),

numbered_steps as (

    select
        steps.*,
        sum(case when step_rank = 1 then 1 else 0 end) over (
            partition by ticket_id
            order by occurred_at nulls last, step_rank nulls last, step_id
            rows between unbounded preceding and current row
        ) as spell_number

    from steps

),

weighed_steps as (

    select
        step_id,
        step_rank,
        max(case when step_rank = 2 then 1 else 0 end) over (
            partition by ticket_id, spell_number
            order by occurred_at nulls last, step_rank nulls last, step_id
            rows between unbounded preceding and current row
        ) as has_ai_message_before,
        coalesce(
            max(case when step_rank >= 4 then 1 else 0 end) over (
                partition by ticket_id, spell_number
                order by occurred_at nulls last, step_rank nulls last, step_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as has_human_before

    from numbered_steps

),

assignment_events as (

    select
        int_ticket_move_steps.source_name,
        int_ticket_move_steps.ticket_move_id,
        int_ticket_move_steps.ticket_id,
        case
            when int_ticket_move_steps.holder_role <> 'human_agent' then 'assigned'
            when
                int_ticket_move_steps.previous_holder_role
                in ('ai_agent', 'bot_automation')
                then 'handed_to_human'
            when weighed_steps.has_human_before = 1 then 'assigned'
            when weighed_steps.has_ai_message_before = 1 then 'handed_to_human'
            when
                int_ticket_move_steps.move_kind = 'chat_transfer'
                and int_ticket_move_steps.previous_holder_role is null
                then 'handed_to_human'
            else 'assigned'
        end as event_type,
        int_ticket_move_steps.actor_role,
        int_ticket_move_steps.reason,
        int_ticket_move_steps.moved_at as occurred_at,
        int_ticket_move_steps.loaded_at

    from int_ticket_move_steps

    inner join weighed_steps
        on
            int_ticket_move_steps.ticket_move_id = weighed_steps.step_id
            -- a tool may record a reopen and a move under one id
            and weighed_steps.step_rank >= 3

)

select * from assignment_events
