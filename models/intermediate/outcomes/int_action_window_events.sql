-- Grain: one eligible conversation and an action, with what its customer did.
-- The 24 hours before the start count to the second and include the start
-- itself: whoever had done it by then was not moved by the instruction.

with

action_windows as (

    select * from {{ ref('int_action_windows') }}

),

action_events as (

    select * from {{ ref('int_action_events') }}

),

events_around as (

    select
        action_windows.conversation_id,
        action_windows.action_id,
        max(
            case
                when
                    action_events.occurred_at <= action_windows.started_at
                    then 1
                else 0
            end
        ) as has_event_before,
        min(
            case
                when action_events.occurred_at > action_windows.started_at
                    then action_events.occurred_at
            end
        ) as first_event_at

    from action_windows

    inner join action_events
        on
            action_windows.customer_id = action_events.customer_id
            and action_windows.action_id = action_events.action_id
            and {{ dbt.dateadd('hour', -24, 'action_windows.started_at') }}
            <= action_events.occurred_at
            and action_windows.window_ends_at >= action_events.occurred_at

    group by 1, 2

),

observed as (

    select
        action_windows.*,
        events_around.first_event_at,
        coalesce(events_around.has_event_before, 0) = 1 as is_already_done

    from action_windows

    left join events_around
        on
            action_windows.conversation_id = events_around.conversation_id
            and action_windows.action_id = events_around.action_id

),

action_window_events as (

    select
        *,
        is_linkable
        and is_event_source_live
        and is_mature
        and not is_already_done as is_counted

    from observed

)

select * from action_window_events
