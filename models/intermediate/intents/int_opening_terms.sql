{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation and one term of its opening. A term stands for the
-- forms of an English word ("cancel", "cancels", "cancelling"); words of other
-- languages pass nearly unchanged. The weights of one conversation have length
-- 1: weight = sqrt(times used / words used). They depend on this opening
-- alone, so what was decided once never moves.

with

words as (

    select * from {{ ref('int_opening_words') }}

),

without_plural as (

    select
        conversation_id,
        word,
        times_used,
        case
            when word like '%ies' and length(word) >= 5
                then concat(substring(word, 1, length(word) - 3), 'y')
            when
                length(word) >= 5
                and (
                    word like '%sses' or word like '%shes'
                    or word like '%ches' or word like '%xes'
                    or word like '%zes'
                )
                then substring(word, 1, length(word) - 2)
            when
                word like '%s' and length(word) >= 4
                and word not like '%ss'
                and word not like '%us'
                and word not like '%is'
                then substring(word, 1, length(word) - 1)
            else word
        end as term

    from words

    {{ computed_once() }}

),

without_verb_ending as (

    select
        conversation_id,
        word,
        times_used,
        case
            when term like '%ing' and length(term) >= 6
                then substring(term, 1, length(term) - 3)
            when term like '%ed' and length(term) >= 5
                then substring(term, 1, length(term) - 2)
            else term
        end as term

    from without_plural

    {{ computed_once() }}

),

without_silent_e as (

    select
        conversation_id,
        word,
        times_used,
        case
            when term like '%e' and length(term) >= 5
                then substring(term, 1, length(term) - 1)
            else term
        end as term

    from without_verb_ending

    {{ computed_once() }}

),

-- "cancelling" and "cancel", "submitted" and "submit".
without_doubled_letter as (

    select
        conversation_id,
        word,
        times_used,
        case
            when
                length(term) >= 4
                and (
                    term like '%bb' or term like '%dd' or term like '%gg'
                    or term like '%ll' or term like '%mm' or term like '%nn'
                    or term like '%pp' or term like '%rr' or term like '%tt'
                )
                then substring(term, 1, length(term) - 1)
            else term
        end as term

    from without_silent_e

),

term_counts as (

    select
        conversation_id,
        term,
        min(word) as word,
        cast(sum(times_used) as bigint) as times_used

    from without_doubled_letter

    group by 1, 2

),

word_counts as (

    select
        conversation_id,
        cast(sum(times_used) as bigint) as words_used

    from words

    group by 1

),

final as (

    select
        term_counts.conversation_id,
        term_counts.term,
        term_counts.word,
        sqrt({{ ratio('term_counts.times_used', 'word_counts.words_used') }})
            as weight

    from term_counts

    inner join word_counts
        on term_counts.conversation_id = word_counts.conversation_id

)

select * from final
