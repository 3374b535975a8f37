{{ config(
    slice_by = 'trace_session_id',
    changes_by = ['message_id'],
    slice_through = {
        'int_agent_turns': ['run_id', 'int_agent_placed_runs'],
    }
) }}

-- Grain: one message: the customer's new words in a run, or the agent's answer.
-- A run that two tools recorded gives each once: the kept copy's, or where that
-- holds none, the other's.

with

placed_runs as (

    select * from {{ ref('int_agent_placed_runs') }}

),

agent_turns as (

    select * from {{ ref('int_agent_turns') }}

),

customer_salt as (

    select * from {{ ref('int_customer_salt') }}

),

copies as (

    select
        placed_runs.kept_source_name,
        placed_runs.kept_run_id,
        {{ first_known(
            'agent_turns.customer_text', 'placed_runs.session_position'
        ) }} as customer_text,
        {{ first_known(
            'agent_turns.agent_text', 'placed_runs.session_position'
        ) }} as agent_text

    from placed_runs

    inner join agent_turns
        on
            placed_runs.source_name = agent_turns.source_name
            and placed_runs.run_id = agent_turns.run_id

    where placed_runs.is_copy

    group by 1, 2

),

turns as (

    select
        placed_runs.source_name,
        placed_runs.source_name || ':'
        || {{ shown_id('placed_runs.run_id') }} as turn_id,
        placed_runs.trace_session_id,
        placed_runs.customer_external_id,
        placed_runs.agent_name,
        coalesce(agent_turns.customer_text, copies.customer_text)
            as customer_text,
        coalesce(agent_turns.agent_text, copies.agent_text) as agent_text,
        placed_runs.session_position,
        placed_runs.started_at,
        placed_runs.ended_at,
        placed_runs.loaded_at

    from placed_runs

    inner join agent_turns
        on
            placed_runs.source_name = agent_turns.source_name
            and placed_runs.run_id = agent_turns.run_id

    left join copies
        on
            placed_runs.source_name = copies.kept_source_name
            and placed_runs.run_id = copies.kept_run_id

    where not placed_runs.is_copy

),

stacked as (

    select
        turn_id || ':input' as message_id,
        source_name,
        trace_session_id,
        'customer' as author_role,
        customer_external_id as author_id,
        customer_text as body,
        2 * session_position - 1 as source_position,
        started_at as sent_at,
        loaded_at

    from turns

    where customer_text is not null

    union all

    select
        turn_id || ':output' as message_id,
        source_name,
        trace_session_id,
        'ai_agent' as author_role,
        agent_name as author_id,
        agent_text as body,
        2 * session_position as source_position,
        ended_at as sent_at,
        loaded_at

    from turns

    where agent_text is not null

),

messages as (

    select
        message_id,
        source_name,
        trace_session_id,
        cast(null as {{ dbt.type_string() }}) as ticket_id,
        author_role,
        author_id,
        true as is_public,
        -- Nothing in a trace marks an automatic reply.
        false as is_auto_reply,
        case when {{ is_not_blank('body') }} then body end as body,
        source_position,
        sent_at,
        loaded_at

    from stacked

)

select * from messages
