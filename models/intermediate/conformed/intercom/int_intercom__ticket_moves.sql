{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one time a ticket was given to somebody: to a teammate or bot, or to a
-- team. Rules route new conversations to a team before the AI answers in them;
-- taken for a human's, such a move would hide the one that matters. So a team
-- counts once the AI has written publicly, when the AI itself passed the
-- conversation on, or when it is named in the var intercom_human_group_ids.
-- Only parts that assign are read: on other parts assigned_to may name anybody.

with

entries as (

    select * from {{ ref('int_intercom__entries') }}

),

messages as (

    select * from {{ ref('int_intercom__messages') }}

),

staff as (

    select * from {{ ref('int_intercom__staff') }}

),

ticket_contexts as (

    select * from {{ ref('int_intercom__ticket_contexts') }}

),

ai_starts as (

    select
        ticket_id,
        min(sent_at) as ai_wrote_at

    from messages

    where
        author_role = 'ai_agent'
        and is_public

    group by 1

),

assignments as (

    select
        entry_id,
        conversation_id,
        'intercom:' || conversation_id as ticket_id,
        author_role as actor_role,
        assigned_to_id,
        coalesce(assigned_to_type = 'team', false) as is_to_team,
        created_at as moved_at,
        loaded_at

    from entries

    where
        entry_type like '%assign%'
        and assigned_to_id <> '0'
        and coalesce(assigned_to_type, 'admin')
        in ('admin', 'bot', 'team')

),

judged as (

    select
        assignments.*,
        coalesce(ai_starts.ai_wrote_at <= assignments.moved_at, false)
            as is_after_ai,
        assignments.assigned_to_id in (
            {%- for group_id in var('intercom_human_group_ids') %}
            {{ text_literal(group_id) }}{{ "," if not loop.last }}
            {%- else %}
            ''
            {%- endfor %}
        ) as is_human_group

    from assignments

    left join ai_starts
        on assignments.ticket_id = ai_starts.ticket_id

),

ticket_moves as (

    select
        'intercom' as source_name,
        'intercom:' || judged.entry_id as ticket_move_id,
        judged.ticket_id,
        case
            when not judged.is_to_team then 'assignee'
            when judged.actor_role = 'ai_agent' then 'chat_transfer'
            else 'group'
        end as move_kind,
        case
            when judged.is_to_team then 'human_agent'
            -- only teammates can be assigned, known by name or not
            else coalesce(staff.author_role, 'human_agent')
        end as holder_role,
        judged.actor_role,
        ticket_contexts.handoff_reason as reason,
        judged.moved_at,
        judged.loaded_at

    from judged

    left join staff
        on judged.assigned_to_id = staff.staff_id

    left join ticket_contexts
        on judged.conversation_id = ticket_contexts.ticket_id

    where
        not judged.is_to_team
        or judged.actor_role = 'ai_agent'
        or judged.is_after_ai
        or judged.is_human_group

)

select * from ticket_moves
