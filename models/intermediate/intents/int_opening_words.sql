{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation and one word of its opening, in small letters and
-- without stop words.
{% set apostrophe -%}
[’‘`´]
{%- endset %}
{# One Chinese or Japanese character, or a run of anything that is no space,
    digit, ASCII sign, other punctuation or emoji: letters of any script. #}
{% set word -%}
[぀-ヿ一-鿿]|[^\s -@\[-`{-¿،؛؟‐-⁞←-➿、-〿！-｠🌀-🫿️぀-ヿ一-鿿]+
{%- endset %}

with

openings as (

    select * from {{ ref('int_conversation_openings') }}

),

stop_words as (

    select * from {{ ref('stop_words') }}

),

-- "can't" is one word, not "can" and "t".
texts as (

    select
        conversation_id,
        replace(
            {{ text_replace(small_letters('opening_text'), apostrophe, "'") }},
            chr(39),
            ''
        ) as opening_text

    from openings

),

all_words as (

    select
        conversation_id,
        {{ each_match('opening_text', word) }} as word

    from texts

),

words as (

    select
        all_words.conversation_id,
        all_words.word

    from all_words

    left join stop_words
        on all_words.word = stop_words.word

    where
        stop_words.word is null
        and length(all_words.word) <= 30
        and (
            length(all_words.word) >= 2
            or {{ text_matches('all_words.word', "'[぀-ヿ一-鿿]'") }}
        )

),

final as (

    select
        conversation_id,
        word,
        count(*) as times_used

    from words

    group by 1, 2

)

select * from final
