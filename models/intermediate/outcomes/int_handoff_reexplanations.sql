{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one handed-over conversation in which the customer had to explain
-- again, with the two ways it shows and the first message that shows it.

with

repeated_questions as (

    select * from {{ ref('int_handoff_repeated_questions') }}

),

repeated_answers as (

    select * from {{ ref('int_handoff_repeated_answers') }}

),

evidence as (

    select
        conversation_id,
        message_id,
        message_number,
        1 as is_question,
        0 as is_answer

    from repeated_questions

    union all

    select
        conversation_id,
        message_id,
        message_number,
        0 as is_question,
        1 as is_answer

    from repeated_answers

),

ranked as (

    select
        *,
        row_number() over (
            partition by conversation_id
            order by message_number, message_id
        ) as evidence_number

    from evidence

),

handoff_reexplanations as (

    select
        conversation_id,
        max(
            case when evidence_number = 1 then message_id end
        ) as evidence_message_id,
        max(is_question) = 1 as is_human_asked_again,
        max(is_answer) = 1 as is_customer_repeated

    from ranked

    group by 1

)

select * from handoff_reexplanations
