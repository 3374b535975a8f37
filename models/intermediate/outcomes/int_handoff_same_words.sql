{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_texts': ['message_id', 'int_handoff_messages'],
    }
) }}

-- Grain: one customer message after a handoff that holds, word for word, a
-- substantive message from before it, or is held by one. Catches the short
-- problem told twice, which has too few words to be called similar. The shorter
-- of the two has 25 characters at least: "it still does not work" is news.

with

handoff_messages as (

    select * from {{ ref('int_handoff_messages') }}

),

message_texts as (

    select * from {{ ref('int_message_texts') }}

),

said as (

    -- How a message ends is no part of its words: "How?" and "How?!" are one.
    select
        handoff_messages.conversation_id,
        handoff_messages.message_id,
        handoff_messages.is_after_handoff,
        handoff_messages.is_substantive,
        {{ text_replace('message_texts.text', '[.!?, ]+$', '') }} as words

    from handoff_messages

    inner join message_texts
        on handoff_messages.message_id = message_texts.message_id

    where handoff_messages.author_role = 'customer'

),

handoff_same_words as (

    select
        later_messages.conversation_id,
        later_messages.message_id

    from said as later_messages

    inner join said as earlier_messages
        on later_messages.conversation_id = earlier_messages.conversation_id

    where
        later_messages.is_after_handoff
        and not earlier_messages.is_after_handoff
        and earlier_messages.is_substantive
        and length(earlier_messages.words) >= 25
        and length(later_messages.words) >= 25
        and (
            {{ dbt.position('earlier_messages.words', 'later_messages.words') }}
            > 0
            or
            {{ dbt.position('later_messages.words', 'earlier_messages.words') }}
            > 0
        )

    group by 1, 2

)

select * from handoff_same_words
