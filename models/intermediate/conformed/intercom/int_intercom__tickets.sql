{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one ticket: a conversation, in its newest version. Deleted ones stay,
-- marked. Intercom has no field for merges and follow-ups; where they are kept
-- is said by vars. A conversation cannot be merged into itself.

with

ticket_contexts as (

    select * from {{ ref('int_intercom__ticket_contexts') }}

),

tickets as (

    select
        'intercom:' || ticket_id as ticket_id,
        'intercom' as source_name,
        ticket_id as source_ticket_id,
        requester_id,
        requester_external_id as customer_external_id,
        requester_email as customer_email,
        session_ref,
        channel,
        subject,
        status,
        claimed_resolution,
        is_outbound,
        is_spam,
        is_test,
        is_deleted,
        case
            when merged_into_conversation_id <> ticket_id
                then 'intercom:' || merged_into_conversation_id
            -- merged for sure, nobody says into which
            when tags like '% merged %' then 'intercom:unknown'
        end as merged_into_ticket_id,
        case
            when follow_up_of_conversation_id <> ticket_id
                then 'intercom:' || follow_up_of_conversation_id
        end as follow_up_of_ticket_id,
        imported_from,
        claimed_intent,
        created_at,
        updated_at,
        loaded_at

    from ticket_contexts

)

select * from tickets
