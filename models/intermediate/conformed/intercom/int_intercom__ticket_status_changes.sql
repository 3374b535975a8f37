{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one recorded status of a ticket. Closed is done, snoozed is not. A
-- closed conversation of which no close was loaded has been closed since the
-- last close that Intercom counted, else since its last update. Intercom's own
-- durations are not used: they leave out the hours the office is closed.

with

entries as (

    select * from {{ ref('int_intercom__entries') }}

),

conversations as (

    select * from {{ ref('int_intercom__current_conversations') }}

),

recorded_statuses as (

    select
        entry_id as status_change_id,
        conversation_id,
        entry_type = 'close' as is_done,
        author_role as actor_role,
        created_at as changed_at,
        loaded_at

    from entries

    where
        entry_type in ('open', 'close')
        or entry_type like '%reopen%'
        or entry_type like '%snooze%'

),

recorded_closes as (

    select conversation_id

    from recorded_statuses

    where is_done

    group by 1

),

unrecorded_closes as (

    select
        conversations.conversation_id || ':unrecorded' as status_change_id,
        conversations.conversation_id,
        true as is_done,
        'system' as actor_role,
        coalesce(
            conversations.last_closed_at,
            conversations.updated_at,
            conversations.created_at
        ) as changed_at,
        conversations.loaded_at

    from conversations

    left join recorded_closes
        on conversations.conversation_id = recorded_closes.conversation_id

    where
        conversations.state = 'closed'
        and recorded_closes.conversation_id is null

),

stacked as (

    select * from recorded_statuses

    union all

    select * from unrecorded_closes

),

ticket_status_changes as (

    select
        'intercom' as source_name,
        'intercom:' || status_change_id as ticket_status_change_id,
        'intercom:' || conversation_id as ticket_id,
        is_done,
        actor_role,
        changed_at,
        loaded_at

    from stacked

)

select * from ticket_status_changes
