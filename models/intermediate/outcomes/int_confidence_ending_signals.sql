{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_confidence_messages'],
    }
) }}

-- Grain: one closed conversation and the one way in which it fell silent: the
-- customer's last message stayed unanswered, or the customer said nothing more
-- after the last answer. Silence after a simple answer is mostly content;
-- silence after a complex one may mean that the customer gave up.
-- A handoff to which no human replied is unanswered, whatever the AI said last.
{#- Longer answers than this, in characters, count as complex. -#}
{%- set long_answer = 600 %}

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

message_traits as (

    select
        message_id,
        max(
            case
                when signal in ('multi_step', 'action_outside_chat') then 1
                else 0
            end
        ) as is_demanding,
        max(case when signal = 'confirmed_fix' then 1 else 0 end)
            as is_confirming,
        max(case when signal = 'not_fixed' then 1 else 0 end) as is_complaining,
        max(case when signal = 'said_goodbye' then 1 else 0 end)
            as is_goodbye,
        max(case when signal = 'asked_question' then 1 else 0 end) as is_asking

    from {{ ref('int_message_signals') }}

    group by 1

),

last_needs as (

    select
        conversation_id,
        max(message_number) as last_need_number

    from confidence_messages

    where
        author_role = 'customer'
        and is_substantive

    group by 1

),

-- the customer's last message and the last answer of each closed conversation
last_words as (

    select
        confidence_messages.*,
        last_needs.last_need_number,
        coalesce(message_traits.is_demanding, 0) as is_demanding,
        coalesce(message_traits.is_confirming, 0) as is_confirming,
        coalesce(message_traits.is_complaining, 0) as is_complaining,
        coalesce(
            message_traits.is_goodbye = 1 and message_traits.is_asking = 0, false
        ) as is_goodbye,
        conversations.is_handed_to_human
        and conversations.first_human_reply_at is null as is_left_in_queue

    from confidence_messages

    inner join conversations
        on confidence_messages.conversation_id = conversations.conversation_id

    left join last_needs
        on confidence_messages.conversation_id = last_needs.conversation_id

    left join message_traits
        on confidence_messages.message_id = message_traits.message_id

    where conversations.is_closed

),

unanswered as (

    select
        conversation_id,
        'last_message_unanswered' as signal,
        message_id,
        sent_at

    from last_words

    where
        message_number = last_need_number
        -- who says goodbye, or that it works, waits for nothing
        and ((is_confirming = 0 and not is_goodbye) or is_complaining = 1)
        and (
            is_left_in_queue
            or last_need_number > coalesce(last_answer_number, 0)
        )

),

silences as (

    select
        last_words.conversation_id,
        case
            when
                last_words.is_demanding = 1
                or last_words.text_length > {{ long_answer }}
                then 'silent_after_complex_answer'
            else 'silent_after_simple_answer'
        end as signal,
        last_words.message_id,
        last_words.sent_at

    from last_words

    left join unanswered
        on last_words.conversation_id = unanswered.conversation_id

    where
        last_words.message_number = last_words.last_answer_number
        and last_words.last_answer_number > last_words.last_customer_number
        and unanswered.conversation_id is null

),

endings as (

    select * from unanswered
    union all
    select * from silences

),

ending_signals as (

    select
        conversation_id,
        signal,
        cast(1 as {{ type_double() }}) as signal_value,
        message_id,
        sent_at as shown_at

    from endings

)

select * from ending_signals
