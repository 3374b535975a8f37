-- Fewer than six intents for 80 % of the volume are too coarse to act on, more
-- than twelve too many to watch. An empty warehouse has none and is silent.
{{ config(severity='warn') }}

with

intents as (

    select * from {{ ref('intents') }}

),

heads as (

    select
        sum(conversation_count) as conversation_count,
        count(case when is_head then 1 end) as head_count

    from intents

)

select *
from heads
where
    conversation_count > 0
    and (head_count < 6 or head_count > 12)
