{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one time an activity gave a ticket to an agent, or to a group known to
-- hold people (var freshdesk_human_group_ids). A chat that is given to such a
-- group was transferred. One activity may do both.

with

activities as (

    select * from {{ ref('int_freshdesk__activities') }}

),

tickets as (

    select * from {{ ref('int_freshdesk__current_tickets') }}

),

recorded_assignments as (

    select
        activity_id || ':agent' as move_id,
        ticket_id,
        'assignee' as move_kind,
        assignee_id,
        actor_role,
        performed_at as moved_at,
        loaded_at

    from activities

    where assignee_id is not null

),

group_moves as (

    select
        activities.activity_id || ':group' as move_id,
        activities.ticket_id,
        case
            when tickets.channel = 'chat' then 'chat_transfer'
            else 'group'
        end as move_kind,
        cast(null as {{ dbt.type_string() }}) as assignee_id,
        activities.actor_role,
        activities.performed_at as moved_at,
        activities.loaded_at

    from activities

    left join tickets
        on activities.ticket_id = tickets.ticket_id

    where
        {{ small_letters('activities.group_name') }} in (
            {%- for group in var('freshdesk_human_group_ids') %}
            {{ text_literal(group | string | lower) }}
            {{- "," if not loop.last }}
            {%- else %}
            ''
            {%- endfor %}
        )

),

recorded_moves as (

    select * from recorded_assignments

    union all

    select * from group_moves

)

select * from recorded_moves
