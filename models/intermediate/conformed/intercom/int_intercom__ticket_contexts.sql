{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one ticket with what companies use to say that it is spam, a test,
-- deleted, begun by the company, or handed over for a reason. Those vars
-- (intercom_is_*, intercom_handoff_reason, intercom_claimed_resolution) are SQL
-- over the columns of the CTE described.

with

conversations as (

    select * from {{ ref('int_intercom__current_conversations') }}

),

conversation_tags as (

    select * from {{ ref('int_intercom__conversation_tags') }}

),

requesters as (

    select * from {{ ref('int_intercom__requesters') }}

),

first_entries as (

    select * from {{ ref('int_intercom__entries') }}

    where entry_type = 'source'

),

-- an AI that writes through the API may leave its session's id on each part;
-- ids that differ from part to part are something else
part_sessions as (

    select
        conversation_id,
        min(external_ref) as session_ref

    from {{ ref('int_intercom__parts') }}

    group by 1

    having count(distinct external_ref) = 1

),

described as (

    select
        conversations.conversation_id as ticket_id,
        requesters.requester_id,
        requesters.customer_external_id as requester_external_id,
        requesters.customer_email as requester_email,
        first_entries.author_role as source_author_role,
        coalesce(
            conversation_tags.session_ref,
            conversations.session_ref,
            part_sessions.session_ref,
            -- many use it as the name of the session; if nobody did, no session
            -- has this name
            conversations.conversation_id
        ) as session_ref,
        conversations.state as status,
        {{ html_text('conversations.subject') }} as subject,
        conversations.source_type,
        conversations.delivered_as,
        case
            when conversations.source_type in ('conversation', 'push')
                then 'chat'
            when conversations.source_type = 'email' then 'email'
            when conversations.source_type like 'phone%' then 'phone'
            when conversations.source_type in (
                'facebook', 'instagram', 'twitter', 'whatsapp', 'sms'
            ) then 'social'
            when conversations.source_type in ('web', 'api')
                then conversations.source_type
            else 'other'
        end as channel,
        coalesce(conversation_tags.tags, ' ') as tags,
        conversations.ai_resolution_state,
        conversations.merged_into_conversation_id,
        conversations.follow_up_of_conversation_id,
        conversations.imported_from,
        conversations.claimed_intent,
        conversations.is_deleted as is_deleted_by_loader,
        conversations.created_at,
        conversations.updated_at,
        conversations.loaded_at

    from conversations

    left join conversation_tags
        on conversations.conversation_id = conversation_tags.conversation_id

    left join requesters
        on conversations.conversation_id = requesters.conversation_id

    left join first_entries
        on conversations.conversation_id = first_entries.conversation_id

    left join part_sessions
        on conversations.conversation_id = part_sessions.conversation_id

),

ticket_contexts as (

    select
        described.*,
        {{ var('intercom_claimed_resolution') }} as claimed_resolution,
        {{ var('intercom_handoff_reason') }} as handoff_reason,
        coalesce({{ var('intercom_is_outbound') }}, false) as is_outbound,
        coalesce({{ var('intercom_is_spam') }}, false) as is_spam,
        coalesce({{ var('intercom_is_test') }}, false) as is_test,
        is_deleted_by_loader
        or coalesce({{ var('intercom_is_deleted') }}, false) as is_deleted

    from described

)

select * from ticket_contexts
