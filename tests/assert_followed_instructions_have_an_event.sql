-- A followed expected instruction has its event inside the window; a followed
-- adverse one has none there.

with

instructions as (

    select * from {{ ref('int_instructions') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

action_events as (

    select * from {{ ref('int_action_events') }}

),

judged as (

    select
        instructions.conversation_id,
        instructions.action_id,
        instructions.action_kind,
        instructions.is_followed,
        count(action_events.event_id) as event_count

    from instructions

    inner join conversations
        on instructions.conversation_id = conversations.conversation_id

    left join action_events
        on
            conversations.customer_id = action_events.customer_id
            and instructions.action_id = action_events.action_id
            and action_events.occurred_at > instructions.instructed_at
            and action_events.occurred_at <= instructions.window_ends_at

    where instructions.is_followed is not null

    group by 1, 2, 3, 4

)

select *

from judged

where
    (action_kind = 'expected' and is_followed <> (event_count > 0))
    or (action_kind = 'adverse' and is_followed = (event_count > 0))
