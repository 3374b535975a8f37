{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: a message and an earlier one by the same role in the same conversation
-- that says nearly the same. similarity is the cosine of their sets of words;
-- three words in common at least, since two short messages agree by accident.

with

message_words as (

    select * from {{ ref('int_message_words') }}

),

word_counts as (

    select
        message_id,
        count(*) as word_count

    from message_words

    group by 1

),

shared_words as (

    select
        message_words.conversation_id,
        message_words.author_role,
        message_words.message_id,
        earlier_words.message_id as earlier_message_id,
        count(*) as shared_count

    from message_words

    inner join message_words as earlier_words
        on
            message_words.conversation_id = earlier_words.conversation_id
            and message_words.author_role = earlier_words.author_role
            and message_words.word = earlier_words.word
            and message_words.message_number > earlier_words.message_number

    group by 1, 2, 3, 4

    having count(*) >= 3

),

pairs as (

    select
        shared_words.*,
        {{ ratio(
            'shared_words.shared_count',
            'sqrt(later_counts.word_count * earlier_counts.word_count)'
        ) }} as similarity

    from shared_words

    inner join word_counts as later_counts
        on shared_words.message_id = later_counts.message_id

    inner join word_counts as earlier_counts
        on shared_words.earlier_message_id = earlier_counts.message_id

),

similar_messages as (

    select
        conversation_id,
        message_id,
        earlier_message_id,
        author_role,
        similarity

    from pairs

    where
        similarity >= case author_role
            when 'customer' then {{ var('repeated_question_similarity') }}
            else {{ var('repeated_answer_similarity') }}
        end

)

select * from similar_messages
