{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_confidence_messages'],
    }
) }}

-- Grain: one conversation and one signal in the customer's words, with the last
-- message that shows it as evidence.

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

message_signals as (

    select * from {{ ref('int_message_signals') }}

),

customer_words as (

    select
        confidence_messages.conversation_id,
        confidence_messages.message_id,
        message_signals.signal as word_signal,
        confidence_messages.message_number,
        confidence_messages.sent_at,
        confidence_messages.is_after_close,
        -- before the first answer the customer describes the problem; the same
        -- words say nothing yet about the answer
        coalesce(
            confidence_messages.message_number
            > confidence_messages.first_answer_number,
            false
        ) as is_follow_up,
        coalesce(
            confidence_messages.message_number
            > confidence_messages.last_answer_number,
            false
        ) as is_after_last_answer

    from confidence_messages

    inner join message_signals
        on confidence_messages.message_id = message_signals.message_id

    where confidence_messages.author_role = 'customer'

),

complaints as (

    select
        conversation_id,
        max(message_number) as last_complaint_number

    from customer_words

    where word_signal = 'not_fixed'

    group by 1

),

interpreted as (

    select
        customer_words.conversation_id,
        customer_words.message_id,
        customer_words.message_number,
        customer_words.sent_at,
        case
            when
                -- "thanks, but it still fails" is no thanks
                customer_words.message_number
                <= complaints.last_complaint_number
                and customer_words.word_signal in (
                    'confirmed_fix', 'thanked', 'only_thanks',
                    'only_confirmation', 'said_goodbye'
                )
                then null
            when customer_words.is_after_close
                then case
                    when customer_words.word_signal in (
                        'confirmed_fix', 'only_thanks', 'only_confirmation'
                    )
                        then 'customer_confirmed'
                end
            when
                customer_words.word_signal = 'confirmed_fix'
                and customer_words.is_follow_up
                then 'customer_confirmed'
            when
                customer_words.word_signal = 'thanked'
                and customer_words.is_after_last_answer
                then 'thanked_after_last_answer'
            when
                customer_words.word_signal = 'said_goodbye'
                and customer_words.is_after_last_answer
                then 'said_goodbye'
            when
                customer_words.word_signal = 'not_fixed'
                and customer_words.is_follow_up
                then 'said_not_fixed'
            when
                customer_words.word_signal = 'confused'
                and customer_words.is_follow_up
                then 'confused_follow_up'
            when customer_words.word_signal in ('asked_for_human', 'frustrated')
                then customer_words.word_signal
            when
                customer_words.word_signal in ('changed_request', 'gave_up')
                and customer_words.is_follow_up
                then customer_words.word_signal
            when
                customer_words.word_signal = 'added_request'
                then case
                    when customer_words.is_follow_up then 'asked_for_more'
                    else 'asked_for_several_things'
                end
        end as signal

    from customer_words

    left join complaints
        on customer_words.conversation_id = complaints.conversation_id

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

    from interpreted

    where signal is not null

),

customer_signals as (

    select
        conversation_id,
        signal,
        cast(1 as {{ type_double() }}) as signal_value,
        message_id,
        sent_at as shown_at

    from latest_first

    where position_from_end = 1

)

select * from customer_signals
