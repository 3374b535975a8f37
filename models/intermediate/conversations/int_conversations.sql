{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id', 'thread_id'],
    slice_through = {
        'int_threads': ['thread_id', 'int_conversation_starts'],
    }
) }}

-- Grain: one conversation, one continuous spell of contact between a customer and
-- support (metrics.md 1). Every conversation keeps its row; one that cannot be
-- judged says why in exclusion_reason.

with

conversation_starts as (

    select * from {{ ref('int_conversation_starts') }}

),

threads as (

    select * from {{ ref('int_threads') }}

),

ticket_copies as (

    select * from {{ ref('int_ticket_copies') }}

),

conversation_closes as (

    select * from {{ ref('int_conversation_closes') }}

),

conversation_answers as (

    select * from {{ ref('int_conversation_answers') }}

),

conversation_handoffs as (

    select * from {{ ref('int_conversation_handoffs') }}

),

conversation_sessions as (

    select * from {{ ref('int_conversation_sessions') }}

),

spells as (

    select
        conversation_starts.*,
        conversation_closes.closed_at,
        case {{ text_literal(var('resolution_anchor')) }}
            when 'ticket_close' then conversation_closes.closed_at
            else coalesce(
                case
                    when conversation_closes.closed_at is not null
                        then conversation_answers.last_answer_at
                end,
                conversation_closes.closed_at
            )
        end as resolved_at,
        conversation_answers.first_human_reply_at,
        conversation_answers.last_answer_at,
        coalesce(conversation_answers.customer_message_count, 0)
            as customer_message_count,
        coalesce(conversation_answers.ai_message_count, 0)
            as ai_message_count,
        coalesce(conversation_answers.human_message_count, 0)
            as human_message_count

    from conversation_starts

    left join conversation_closes
        on
            conversation_starts.conversation_id
            = conversation_closes.conversation_id

    left join conversation_answers
        on
            conversation_starts.conversation_id
            = conversation_answers.conversation_id

),

described as (

    select
        spells.*,
        threads.ticket_id,
        threads.source_name,
        threads.channel,
        threads.customer_id,
        conversation_sessions.trace_session_id,
        conversation_sessions.agent_name,
        conversation_sessions.agent_version,
        conversation_sessions.link_method,
        conversation_handoffs.handed_to_human_at,
        conversation_handoffs.handoff_reason,
        case
            when threads.is_deleted then 'deleted'
            when ticket_copies.ticket_id is not null then 'imported'
            when threads.merged_into_ticket_id is not null then 'merged'
            when threads.is_spam then 'spam'
            when threads.is_test then 'test'
            when threads.is_outbound and spells.conversation_number = 1
                then 'outbound'
            when spells.opening_message_id is null then 'no_customer_message'
            when spells.ai_message_count = 0 then 'no_ai_answer'
        end as exclusion_reason

    from spells

    inner join threads
        on spells.thread_id = threads.thread_id

    left join ticket_copies
        on threads.ticket_id = ticket_copies.ticket_id

    left join conversation_sessions
        on spells.conversation_id = conversation_sessions.conversation_id

    left join conversation_handoffs
        on spells.conversation_id = conversation_handoffs.conversation_id

),

conversations as (

    select
        conversation_id,
        thread_id,
        ticket_id,
        trace_session_id,
        customer_id,
        opening_message_id,
        source_name,
        channel,
        case
            when conversation_number = 1 then 'new_contact'
            when ticket_id is not null then 'reopen'
            else 'same_session'
        end as opened_by,
        agent_name,
        agent_version,
        link_method,
        handoff_reason,
        exclusion_reason,
        conversation_number,
        customer_message_count,
        ai_message_count,
        human_message_count,
        exclusion_reason is null as is_eligible,
        -- a contact the customer made, whoever answered it: it can be the
        -- re-contact of an earlier conversation even when it is not eligible
        coalesce(exclusion_reason, 'no_ai_answer') in ('no_ai_answer', 'merged')
        and opening_message_id is not null as is_customer_contact,
        ai_message_count > 0 as is_ai_handled,
        human_message_count > 0 as is_human_handled,
        handed_to_human_at is not null as is_handed_to_human,
        customer_id is not null as is_linkable,
        closed_at is not null as is_closed,
        opened_at,
        handed_to_human_at,
        first_human_reply_at,
        last_answer_at,
        closed_at,
        resolved_at,
        next_opened_at,
        {{ week_start_date(
            'coalesce(resolved_at, opened_at)', var('reporting_timezone')
        ) }} as week_start_date

    from described

)

select * from conversations
