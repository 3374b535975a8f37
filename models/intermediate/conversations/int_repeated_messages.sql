{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: a customer message and an earlier one of the same conversation in which
-- the customer already said nearly the same.

with

similar_messages as (

    select * from {{ ref('int_similar_messages') }}

),

repeated_messages as (

    select
        conversation_id,
        message_id,
        earlier_message_id,
        similarity

    from similar_messages

    where author_role = 'customer'

)

select * from repeated_messages
