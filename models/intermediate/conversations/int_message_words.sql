{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_texts': ['message_id', 'int_conversation_messages'],
    }
) }}

-- Grain: one message and one word in it, for messages that can be compared with
-- another of their conversation: substantive customer messages and public AI
-- messages where there is more than one of either. A word is the first six
-- letters of a word of four letters or more, so that charge, charged and charges
-- meet.
{#- Words too common to say what a message is about. -#}
{%- set common_words = [
    'about', 'after', 'again', 'already', 'also', 'always', 'anyone',
    'anything', 'because', 'been', 'before', 'being', 'best', 'cannot',
    'could', 'dear', 'does', 'doing', 'done', 'even', 'every', 'from',
    'give', 'good', 'have', 'having', 'hello', 'help', 'here', 'into',
    'just', 'kind', 'know', 'like', 'made', 'make', 'many', 'more', 'most',
    'much', 'need', 'only', 'other', 'over', 'please', 'really', 'regards',
    'said', 'same', 'should', 'some', 'something', 'still', 'such', 'sure',
    'take', 'tell', 'than', 'thank', 'thanks', 'that', 'their', 'them',
    'then', 'there', 'these', 'they', 'thing', 'this', 'those', 'very',
    'want', 'well', 'were', 'what', 'when', 'where', 'which', 'while',
    'will', 'with', 'would', 'your', 'yours', 'told', 'wrote',
] %}

with

conversation_messages as (

    select * from {{ ref('int_conversation_messages') }}

),

message_texts as (

    select * from {{ ref('int_message_texts') }}

),

comparable_messages as (

    select
        conversation_id,
        message_id,
        message_number,
        author_role,
        count(*) over (partition by conversation_id) as message_count

    from conversation_messages

    where
        (author_role = 'customer' and is_substantive)
        or (author_role = 'ai_agent' and is_public and not is_auto_reply)

),

-- every script counts as letters: whatever is not an ASCII sign or digit
words as (

    select
        comparable_messages.conversation_id,
        comparable_messages.message_id,
        comparable_messages.message_number,
        comparable_messages.author_role,
        {{ each_match('message_texts.text', '[^ -@[-`{-~]{4,}') }} as word

    from comparable_messages

    inner join message_texts
        on comparable_messages.message_id = message_texts.message_id

    where comparable_messages.message_count > 1

),

message_words as (

    select
        conversation_id,
        message_id,
        message_number,
        author_role,
        substr(word, 1, 6) as word

    from words

    where
        word not in (
            {%- for common_word in common_words %}
            '{{ common_word }}'{{ "," if not loop.last }}
            {%- endfor %}
        )

    group by 1, 2, 3, 4, 5

)

select * from message_words
