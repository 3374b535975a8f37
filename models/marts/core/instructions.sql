-- Grain: one eligible conversation and an action the AI told its customer to
-- take in it.

with

instructions as (

    select * from {{ ref('int_instructions') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

downstream_actions as (

    select * from {{ ref('downstream_actions') }}

),

described as (

    select
        {{ dbt.concat([
            'instructions.conversation_id', "'/'", 'instructions.action_id'
        ]) }} as instruction_id,
        instructions.conversation_id,
        instructions.action_id,
        instructions.message_id,
        conversation_intents.intent_id,
        downstream_actions.label as action_label,
        instructions.action_kind,
        downstream_actions.action_window,
        conversations.channel,
        conversations.agent_version,
        instructions.time_to_action_seconds,
        instructions.is_linkable,
        instructions.is_event_source_live,
        instructions.is_mature,
        instructions.is_already_done,
        instructions.is_counted,
        instructions.is_followed,
        instructions.is_followed_within_session,
        instructions.is_contradicted,
        conversations.week_start_date,
        instructions.instructed_at,
        instructions.window_ends_at,
        instructions.followed_at

    from instructions

    inner join conversations
        on instructions.conversation_id = conversations.conversation_id

    inner join downstream_actions
        on instructions.action_id = downstream_actions.action_id

    left join conversation_intents
        on instructions.conversation_id = conversation_intents.conversation_id

)

select * from described
