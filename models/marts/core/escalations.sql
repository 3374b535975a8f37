{{ config(slice_by = 'conversation_id') }}

-- Grain: one eligible conversation that the AI handed to a human.

with

escalations as (

    select * from {{ ref('int_escalations') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

recontacts as (

    select * from {{ ref('int_recontacts') }}
    where window_hours = {{ var('recontact_window_hours') }}

),

described as (

    select
        escalations.conversation_id,
        escalations.evidence_message_id,
        conversation_intents.intent_id,
        conversations.channel,
        conversations.agent_version,
        escalations.handoff_reason,
        escalations.time_to_first_human_reply_seconds,
        escalations.is_announced,
        escalations.has_human_reply,
        escalations.has_handoff_note,
        escalations.is_abandoned_in_queue,
        escalations.is_human_asked_again,
        escalations.is_customer_repeated,
        escalations.is_reexplained,
        case when recontacts.is_mature then recontacts.has_recontact end
            as has_recontact,
        conversations.week_start_date,
        escalations.handed_to_human_at,
        escalations.first_human_reply_at

    from escalations

    inner join conversations
        on escalations.conversation_id = conversations.conversation_id

    left join conversation_intents
        on escalations.conversation_id = conversation_intents.conversation_id

    left join recontacts
        on escalations.conversation_id = recontacts.conversation_id

)

select * from described
