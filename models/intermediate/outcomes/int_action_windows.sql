-- Grain: one eligible conversation and an action, with the window in which the
-- action's event counts. Told and untold get the same window, so that the one
-- can be compared with the other.

with

action_starts as (

    select * from {{ ref('int_action_starts') }}

),

downstream_actions as (

    select * from {{ ref('downstream_actions') }}

),

data_edges as (

    select * from {{ ref('int_data_edges') }}

),

windows as (

    select
        action_starts.*,
        downstream_actions.kind as action_kind,
        downstream_actions.action_window,
        case
            when downstream_actions.action_window = 'session'
                then action_starts.session_ends_at
            else {{ dbt.dateadd('hour', 24, 'action_starts.started_at') }}
        end as window_ends_at

    from action_starts

    inner join downstream_actions
        on action_starts.action_id = downstream_actions.action_id

),

action_windows as (

    -- An open conversation may still get messages, and with them a longer
    -- session: its session windows are not over yet.
    select
        windows.*,
        coalesce(
            data_edges.events_first_at <= windows.started_at, false
        ) as is_event_source_live,
        coalesce(
            windows.window_ends_at <= data_edges.events_newest_at
            and (windows.action_window <> 'session' or windows.is_closed),
            false
        ) as is_mature

    from windows

    left join data_edges
        on 1 = 1

)

select * from action_windows
