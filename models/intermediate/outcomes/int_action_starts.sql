-- Grain: one eligible conversation and an action: told to take it
-- (`is_instructed`), or not told although others with that intent were. The
-- second kind is what instructions are compared with; it starts at the first AI
-- message.

with

instruction_starts as (

    select * from {{ ref('int_instruction_starts') }}

),

instruction_spells as (

    select * from {{ ref('int_instruction_spells') }}

),

instructed_intents as (

    select
        instruction_starts.action_id,
        instruction_spells.intent_id

    from instruction_starts

    inner join instruction_spells
        on
            instruction_starts.conversation_id
            = instruction_spells.conversation_id

    group by 1, 2

),

action_starts as (

    select
        instruction_spells.conversation_id,
        instructed_intents.action_id,
        instruction_starts.message_id,
        instruction_spells.customer_id,
        instruction_spells.intent_id,
        instruction_spells.is_linkable,
        instruction_spells.is_closed,
        instruction_starts.conversation_id is not null as is_instructed,
        instruction_spells.session_ends_at,
        coalesce(
            instruction_starts.instructed_at,
            instruction_spells.first_ai_message_at
        ) as started_at

    from instruction_spells

    inner join instructed_intents
        on instruction_spells.intent_id = instructed_intents.intent_id

    left join instruction_starts
        on
            instruction_spells.conversation_id
            = instruction_starts.conversation_id
            and instructed_intents.action_id = instruction_starts.action_id

)

select * from action_starts
