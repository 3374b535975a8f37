{{ config(changes_by = ['conversation_id']) }}

-- Grain: one conversation with a trace session in it: the first such session,
-- which names the agent and its version, where marts may show them.

with

messages as (

    select * from {{ ref('int_messages') }}
    where trace_session_id is not null

),

message_conversations as (

    select * from {{ ref('int_message_conversations') }}

),

links as (

    select * from {{ ref('int_sessions_linked_to_tickets') }}

),

trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

agent_labels as (

    select * from {{ ref('int_agent_labels') }}

),

session_appearances as (

    select
        message_conversations.conversation_id,
        messages.trace_session_id,
        min(message_conversations.sent_at) as appeared_at

    from message_conversations

    inner join messages
        on message_conversations.message_id = messages.message_id

    group by 1, 2

),

ranked as (

    select
        conversation_id,
        trace_session_id,
        row_number() over (
            partition by conversation_id
            order by appeared_at nulls last, trace_session_id
        ) as appearance_number

    from session_appearances

),

conversation_sessions as (

    select
        ranked.conversation_id,
        ranked.trace_session_id,
        agent_names.label as agent_name,
        agent_versions.label as agent_version,
        links.link_method

    from ranked

    inner join trace_sessions
        on ranked.trace_session_id = trace_sessions.trace_session_id

    left join agent_labels as agent_names
        on
            trace_sessions.agent_name = agent_names.label
            and agent_names.label_kind = 'agent_name'

    left join agent_labels as agent_versions
        on
            trace_sessions.agent_version = agent_versions.label
            and agent_versions.label_kind = 'agent_version'

    left join links
        on ranked.trace_session_id = links.trace_session_id

    where ranked.appearance_number = 1

)

select * from conversation_sessions
