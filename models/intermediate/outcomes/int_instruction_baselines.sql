-- Grain: one action, an intent in which it was told to somebody, and a week. How
-- often the event happened to that week's customers of that intent who were not
-- told, within the same window counted from the first AI message and by the same
-- rules. The week's own customers, so that a mature week never moves.

with

action_window_events as (

    select * from {{ ref('int_action_window_events') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_closed

),

counted as (

    select
        action_window_events.action_id,
        action_window_events.intent_id,
        conversations.week_start_date,
        count(
            case
                when
                    not action_window_events.is_instructed
                    and action_window_events.is_counted
                    then 1
            end
        ) as conversation_count,
        count(
            case
                when
                    not action_window_events.is_instructed
                    and action_window_events.is_counted
                    and action_window_events.first_event_at is not null
                    then 1
            end
        ) as event_count

    from action_window_events

    inner join conversations
        on action_window_events.conversation_id = conversations.conversation_id

    group by 1, 2, 3

),

instruction_baselines as (

    select
        action_id,
        intent_id,
        week_start_date,
        conversation_count,
        event_count,
        {{ ratio('event_count', 'conversation_count') }} as baseline_rate

    from counted

)

select * from instruction_baselines
