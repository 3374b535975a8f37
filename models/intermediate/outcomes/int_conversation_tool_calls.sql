{{ config(changes_by = ['conversation_id']) }}

-- Grain: one call of a tool by the AI agent in a conversation, up to its close. A
-- call belongs to the conversation of the message that its run answered. A call
-- is repeated when an earlier one of the conversation had the same tool and the
-- same input; where inputs are not logged, the same tool is not enough.

with

agent_steps as (

    select * from {{ ref('int_agent_steps') }}
    where step_kind = 'tool_call'

),

placed_runs as (

    select * from {{ ref('int_agent_placed_runs') }}
    where not is_copy

),

messages as (

    select * from {{ ref('int_message_conversations') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

customer_salt as (

    select * from {{ ref('int_customer_salt') }}

),

turns as (

    select
        source_name,
        run_id,
        source_name || ':' || {{ shown_id('run_id') }} as turn_id

    from placed_runs

    where
        exists (
            select 1
            from agent_steps
            where
                placed_runs.source_name = agent_steps.source_name
                and placed_runs.run_id = agent_steps.run_id
        )

),

run_conversations as (

    select
        turns.source_name,
        turns.run_id,
        coalesce(inputs.conversation_id, outputs.conversation_id)
            as conversation_id

    from turns

    left join messages as inputs
        on turns.turn_id || ':input' = inputs.message_id

    left join messages as outputs
        on turns.turn_id || ':output' = outputs.message_id

),

calls as (

    select
        run_conversations.conversation_id,
        agent_steps.source_name || ':' || agent_steps.run_id
        || ':' || agent_steps.step_id as tool_call_id,
        {{ small_letters('agent_steps.tool_name') }} as tool_name,
        agent_steps.logged_input,
        agent_steps.is_error,
        coalesce({{ text_matches(
            "lower(substr(agent_steps.tool_name, 1, 1))"
            ~ " || substr(agent_steps.tool_name, 2)",
            text_literal(var('changing_tool_names'))
        ) }}, false) as is_changing,
        agent_steps.started_at

    from agent_steps

    inner join run_conversations
        on
            agent_steps.source_name = run_conversations.source_name
            and agent_steps.run_id = run_conversations.run_id

    inner join conversations
        on run_conversations.conversation_id = conversations.conversation_id

    where coalesce(agent_steps.started_at <= conversations.closed_at, true)

),

conversation_tool_calls as (

    select
        conversation_id,
        tool_call_id,
        tool_name,
        is_error,
        is_changing,
        logged_input is not null
        and row_number() over (
            partition by conversation_id, tool_name, logged_input
            order by started_at nulls last, tool_call_id
        ) > 1 as is_repeated,
        started_at,
        row_number() over (
            partition by conversation_id
            order by started_at nulls last, tool_call_id
        ) as call_number

    from calls

)

select * from conversation_tool_calls
