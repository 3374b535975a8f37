{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation. Without a transcript everything but has_transcript is
-- null: unknown, not 0.

with

conversations as (

    select * from {{ ref('int_conversations') }}

),

confidence_signals as (

    select * from {{ ref('int_confidence_signals') }}

),

negative_endings as (

    select * from {{ ref('int_confidence_negative_endings') }}

),

bias as (

    select coalesce(max(weight), 0) as weight

    from {{ ref('confidence_weights') }}

    where signal = 'bias'

),

transcripts as (

    select
        conversation_id,
        -- decimals add up to the same sum in any order
        sum(cast(contribution as decimal(18, 9))) as contribution_sum,
        max(case when signal = 'customer_confirmed' then 1 else 0 end)
            as is_customer_confirmed,
        max(case when signal = 'last_message_unanswered' then 1 else 0 end)
            as is_unanswered

    from confidence_signals

    group by 1

),

logits as (

    select
        conversations.conversation_id,
        cast(
            cast(bias.weight as decimal(18, 9))
            + transcripts.contribution_sum as {{ type_double() }}
        ) as logit,
        transcripts.conversation_id is not null as has_transcript,
        transcripts.is_customer_confirmed = 1 as is_customer_confirmed,
        case
            when transcripts.conversation_id is not null
                then negative_endings.conversation_id is not null
        end as is_left_negative,
        transcripts.is_unanswered = 1 as is_last_customer_message_unanswered

    from conversations

    cross join bias

    left join transcripts
        on conversations.conversation_id = transcripts.conversation_id

    left join negative_endings
        on conversations.conversation_id = negative_endings.conversation_id

),

resolution_confidence as (

    select
        conversation_id,
        -- nine decimals: exp() differs from machine to machine in its last digit
        cast(
            cast(1 / (1 + exp(-logit)) as decimal(18, 9)) as {{ type_double() }}
        ) as resolution_confidence,
        logit,
        has_transcript,
        is_customer_confirmed,
        is_left_negative,
        is_last_customer_message_unanswered

    from logits

)

select * from resolution_confidence
