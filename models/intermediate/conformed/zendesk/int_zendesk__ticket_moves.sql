{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    slice_prefix = 'zendesk:',
    changes_by = ['ticket_id'],
    slice_through = {
        'int_zendesk__accounts': [
            'account_id', 'int_zendesk__field_changes', 'new_value'
        ],
    }
) }}

-- Grain: one time a ticket was given to somebody: to an assignee, to a group
-- known to hold people (var zendesk_human_group_ids), or to a department in a
-- chat.

with

field_changes as (

    select * from {{ ref('int_zendesk__field_changes') }}

),

chat_events as (

    select * from {{ ref('int_zendesk__chat_events') }}

),

accounts as (

    select * from {{ ref('int_zendesk__accounts') }}

),

ticket_contexts as (

    select * from {{ ref('int_zendesk__ticket_contexts') }}

),

assignee_moves as (

    select
        field_changes.ticket_field_change_id as move_id,
        field_changes.ticket_id,
        'assignee' as move_kind,
        -- only agents can be assigned, known by name or not
        coalesce(accounts.author_role, 'human_agent') as holder_role,
        field_changes.actor_role,
        field_changes.changed_at as moved_at,
        field_changes.loaded_at

    from field_changes

    left join accounts
        on field_changes.new_value = accounts.account_id

    where
        field_changes.field_name = 'assignee_id'
        and field_changes.new_value is not null

),

group_moves as (

    select
        ticket_field_change_id as move_id,
        ticket_id,
        'group' as move_kind,
        'human_agent' as holder_role,
        actor_role,
        changed_at as moved_at,
        loaded_at

    from field_changes

    where
        field_name = 'group_id'
        and new_value in (
            {%- for group_id in var('zendesk_human_group_ids') %}
            {{ text_literal(group_id) }}{{ "," if not loop.last }}
            {%- else %}
            ''
            {%- endfor %}
        )

),

chat_transfers as (

    select
        chat_event_id as move_id,
        ticket_id,
        'chat_transfer' as move_kind,
        'human_agent' as holder_role,
        actor_role,
        occurred_at as moved_at,
        loaded_at

    from chat_events

    where
        event_type = 'ChatDepartmentTransfer'
        and ticket_id is not null

),

stacked as (

    select * from assignee_moves

    union all

    select * from group_moves

    union all

    select * from chat_transfers

),

ticket_moves as (

    select
        'zendesk' as source_name,
        'zendesk:' || stacked.move_id as ticket_move_id,
        'zendesk:' || stacked.ticket_id as ticket_id,
        stacked.move_kind,
        stacked.holder_role,
        stacked.actor_role,
        ticket_contexts.handoff_reason as reason,
        stacked.moved_at,
        stacked.loaded_at

    from stacked

    left join ticket_contexts
        on stacked.ticket_id = ticket_contexts.ticket_id

)

select * from ticket_moves
