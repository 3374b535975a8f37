{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation and who repeated themselves in it: the customer the
-- question, or the AI agent the answer. 1 for one repetition, log2(1 + n) for
-- more. Evidence is the last one.

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

similar_messages as (

    select * from {{ ref('int_similar_messages') }}

),

repetitions as (

    select
        confidence_messages.conversation_id,
        confidence_messages.message_id,
        confidence_messages.message_number,
        confidence_messages.sent_at,
        case similar_messages.author_role
            when 'customer' then 'repeated_question'
            when 'ai_agent' then 'agent_repeated_itself'
        end as signal

    from confidence_messages

    inner join similar_messages
        on confidence_messages.message_id = similar_messages.message_id

    -- a question repeated before anyone answered is impatience, not a verdict
    where
        confidence_messages.message_number
        > confidence_messages.first_answer_number

    group by 1, 2, 3, 4, 5

),

latest_first as (

    select
        conversation_id,
        message_id,
        signal,
        sent_at,
        count(*) over (
            partition by conversation_id, signal
        ) as repetition_count,
        row_number() over (
            partition by conversation_id, signal
            order by message_number desc
        ) as position_from_end

    from repetitions

),

repetition_signals as (

    select
        conversation_id,
        signal,
        cast(ln(1 + repetition_count) / ln(2) as {{ type_double() }})
            as signal_value,
        message_id,
        sent_at as shown_at

    from latest_first

    where position_from_end = 1

)

select * from repetition_signals
