-- Grain: one eligible conversation and an action that the AI told the customer
-- to take in it. The first message that says so counts.

with

conversation_messages as (

    select * from {{ ref('int_conversation_messages') }}

),

instruction_mentions as (

    select * from {{ ref('int_instruction_mentions') }}

),

instruction_spells as (

    select * from {{ ref('int_instruction_spells') }}

),

downstream_actions as (

    select * from {{ ref('downstream_actions') }}

),

mentions as (

    select
        conversation_messages.conversation_id,
        instruction_mentions.action_id,
        conversation_messages.message_id,
        conversation_messages.sent_at as instructed_at,
        row_number() over (
            partition by
                conversation_messages.conversation_id,
                instruction_mentions.action_id
            order by conversation_messages.message_number
        ) as mention_number

    from instruction_mentions

    inner join conversation_messages
        on instruction_mentions.message_id = conversation_messages.message_id

    inner join instruction_spells
        on
            conversation_messages.conversation_id
            = instruction_spells.conversation_id

    inner join downstream_actions
        on instruction_mentions.action_id = downstream_actions.action_id

    where
        downstream_actions.intent_id is null
        or downstream_actions.intent_id = instruction_spells.intent_id

),

instruction_starts as (

    select
        conversation_id,
        action_id,
        message_id,
        instructed_at

    from mentions

    where mention_number = 1

)

select * from instruction_starts
