{{ config(
    slice_by = 'conversation_id',
    slice_through = {
        'int_trace_sessions': ['trace_session_id', 'int_conversations'],
    }
) }}

-- Grain: one conversation, eligible or not. No text.

with

conversations as (

    select * from {{ ref('int_conversations') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

conversation_issues as (

    select * from {{ ref('int_conversation_issues') }}

),

measures as (

    select * from {{ ref('int_conversation_measures') }}

),

resolution_confidence as (

    select * from {{ ref('int_resolution_confidence') }}

),

recontact_judgements as (

    select * from {{ ref('int_recontacts') }}
    where window_hours = {{ var('recontact_window_hours') }}

),

trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

customer_salt as (

    select * from {{ ref('int_customer_salt') }}

),

wide as (

    select
        ---------- ids
        conversations.conversation_id,
        conversations.thread_id,
        conversations.ticket_id,
        conversations.trace_session_id,
        {{ hashed_customer_id('conversations.customer_id') }} as customer_id,
        coalesce(
            conversation_issues.issue_id, conversations.conversation_id
        ) as issue_id,
        conversation_intents.intent_id,

        ---------- strings
        conversations.source_name,
        conversations.channel,
        conversations.opened_by,
        conversations.agent_name,
        conversations.agent_version,
        conversations.link_method,
        conversation_intents.intent_source,
        conversations.exclusion_reason,
        measures.outcome,
        recontact_judgements.match_method as recontact_match_method,

        ---------- numerics
        conversations.conversation_number,
        conversations.customer_message_count,
        conversations.ai_message_count,
        conversations.human_message_count,
        trace_sessions.tool_call_count as session_tool_call_count,
        trace_sessions.tool_error_count as session_tool_error_count,
        resolution_confidence.resolution_confidence,
        {{ seconds_between(
            'conversations.opened_at', 'conversations.resolved_at'
        ) }} as time_to_resolution_seconds,
        recontact_judgements.time_to_recontact_seconds,
        coalesce(measures.instruction_count, 0) as instruction_count,
        coalesce(measures.followed_count, 0) as followed_instruction_count,
        coalesce(measures.csat_offered_count, 0) as csat_offered_count,
        coalesce(measures.csat_answered_count, 0) as csat_answered_count,
        coalesce(measures.csat_positive_count, 0) as csat_positive_count,

        ---------- booleans
        conversations.is_eligible,
        conversations.is_ai_handled,
        conversations.is_human_handled,
        conversations.is_handed_to_human,
        conversations.is_linkable,
        conversations.is_closed,
        coalesce(recontact_judgements.is_mature, false) as is_mature,
        measures.is_deflected,
        case
            when recontact_judgements.is_mature
                then recontact_judgements.has_recontact
        end as has_recontact,

        ---------- timestamps
        conversations.opened_at,
        conversations.handed_to_human_at,
        conversations.first_human_reply_at,
        conversations.closed_at,
        conversations.resolved_at,
        conversations.week_start_date

    from conversations

    left join conversation_intents
        on conversations.conversation_id = conversation_intents.conversation_id

    left join conversation_issues
        on conversations.conversation_id = conversation_issues.conversation_id

    left join measures
        on conversations.conversation_id = measures.conversation_id

    left join resolution_confidence
        on conversations.conversation_id = resolution_confidence.conversation_id

    left join recontact_judgements
        on conversations.conversation_id = recontact_judgements.conversation_id

    left join trace_sessions
        on conversations.trace_session_id = trace_sessions.trace_session_id

)

select * from wide
