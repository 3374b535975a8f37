{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_confidence_messages'],
    }
) }}

-- Grain: one conversation whose opening has words of its own: how much of it comes
-- up again in answers that report something done (0 to 1). "Your address has been
-- changed" covers half of "change my address and cancel the order".

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

message_signals as (

    select * from {{ ref('int_message_signals') }}

),

message_words as (

    select * from {{ ref('int_message_words') }}

),

openings as (

    select
        conversation_id,
        min(message_number) as message_number

    from confidence_messages

    where
        author_role = 'customer'
        and is_substantive

    group by 1

),

opening_words as (

    select
        confidence_messages.conversation_id,
        message_words.word

    from openings

    inner join confidence_messages
        on
            openings.conversation_id = confidence_messages.conversation_id
            and openings.message_number = confidence_messages.message_number

    inner join message_words
        on confidence_messages.message_id = message_words.message_id

),

reported_words as (

    select
        confidence_messages.conversation_id,
        message_words.word,
        max(confidence_messages.sent_at) as sent_at

    from confidence_messages

    inner join message_signals
        on confidence_messages.message_id = message_signals.message_id

    inner join message_words
        on confidence_messages.message_id = message_words.message_id

    where
        confidence_messages.author_role = 'ai_agent'
        and not confidence_messages.is_after_close
        and message_signals.signal = 'reported_done'

    group by 1, 2

),

coverages as (

    select
        opening_words.conversation_id,
        {{ ratio('count(reported_words.word)', 'count(*)') }} as signal_value,
        max(reported_words.sent_at) as shown_at

    from opening_words

    left join reported_words
        on
            opening_words.conversation_id = reported_words.conversation_id
            and opening_words.word = reported_words.word

    group by 1

),

coverage_signals as (

    select
        conversation_id,
        'opening_covered_share' as signal,
        signal_value,
        cast(null as {{ dbt.type_string() }}) as message_id,
        shown_at

    from coverages

    where signal_value <> 0

)

select * from coverage_signals
