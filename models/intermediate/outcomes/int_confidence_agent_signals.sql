{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_confidence_messages'],
    }
) }}

-- Grain: one conversation and one signal in the AI agent's words, with the last
-- message that shows it as evidence. What a human agent says is not held against
-- the AI.

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

message_signals as (

    select * from {{ ref('int_message_signals') }}

),

agent_words as (

    select
        confidence_messages.conversation_id,
        confidence_messages.message_id,
        confidence_messages.message_number,
        confidence_messages.sent_at,
        case message_signals.signal
            when 'could_not_help' then 'agent_could_not_help'
            when 'apologised' then 'agent_apologised'
            when 'offered_human' then 'agent_offered_human'
        end as signal

    from confidence_messages

    inner join message_signals
        on confidence_messages.message_id = message_signals.message_id

    where
        confidence_messages.author_role = 'ai_agent'
        and message_signals.signal in (
            'could_not_help', 'apologised', 'offered_human'
        )

),

latest_first as (

    select
        conversation_id,
        message_id,
        signal,
        sent_at,
        row_number() over (
            partition by conversation_id, signal
            order by message_number desc
        ) as position_from_end

    from agent_words

),

agent_signals as (

    select
        conversation_id,
        signal,
        cast(1 as {{ type_double() }}) as signal_value,
        message_id,
        sent_at as shown_at

    from latest_first

    where position_from_end = 1

)

select * from agent_signals
