-- Grain: one eligible conversation and an action the AI told its customer to
-- take. Followed and contradicted are null unless the instruction counts: who
-- cannot be watched to the end has neither followed nor ignored it.

with

action_window_events as (

    select * from {{ ref('int_action_window_events') }}

),

judged as (

    select
        *,
        case
            when is_counted and action_kind = 'expected'
                then first_event_at is not null
            when is_counted
                then first_event_at is null
        end as is_followed,
        case
            when is_counted and action_kind = 'adverse'
                then first_event_at is not null
            when is_counted
                then false
        end as is_contradicted,
        case
            when is_counted and action_kind = 'expected'
                then first_event_at
        end as followed_at

    from action_window_events

    where is_instructed

),

instructions as (

    select

        ---------- ids
        conversation_id,
        action_id,
        message_id,

        ---------- strings
        action_kind,

        ---------- numerics
        {{ seconds_between('started_at', 'followed_at') }}
            as time_to_action_seconds,

        ---------- booleans
        is_linkable,
        is_event_source_live,
        is_mature,
        is_already_done,
        is_counted,
        is_followed,
        case
            when is_counted and is_closed and action_kind = 'expected'
                then coalesce(followed_at <= session_ends_at, false)
        end as is_followed_within_session,
        is_contradicted,

        ---------- timestamps
        started_at as instructed_at,
        window_ends_at,
        followed_at

    from judged

)

select * from instructions
