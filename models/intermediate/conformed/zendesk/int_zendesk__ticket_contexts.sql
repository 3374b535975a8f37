{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    changes_by = ['ticket_id'],
    slice_through = {
        'int_zendesk__accounts': [
            'account_id', 'this', ['requester_id', 'submitter_id']
        ],
    }
) }}

-- Grain: one ticket with what companies use to say that it is spam, a test,
-- begun by the company, or handed over for a reason. The vars zendesk_is_spam,
-- zendesk_is_test, zendesk_is_outbound and zendesk_handoff_reason are SQL over
-- the columns of the CTE described.

with

tickets as (

    select * from {{ ref('int_zendesk__current_tickets') }}

),

ticket_tags as (

    select * from {{ ref('int_zendesk__ticket_tags') }}

),

accounts as (

    select * from {{ ref('int_zendesk__accounts') }}

),

agent_chats as (

    select * from {{ ref('int_zendesk__agent_chats') }}

),

described as (

    select
        tickets.ticket_id,
        tickets.requester_id,
        tickets.submitter_id,
        tickets.assignee_id,
        tickets.group_id,
        coalesce(ticket_tags.session_ref, tickets.session_ref) as session_ref,
        tickets.imported_from,
        tickets.claimed_intent,
        tickets.status,
        tickets.subject,
        tickets.claimed_resolution,
        tickets.via_channel,
        case
            when tickets.via_channel in (
                'chat', 'native_messaging', 'messaging', 'web_messaging'
            ) then 'chat'
            when tickets.via_channel in ('email', 'mail') then 'email'
            when tickets.via_channel in (
                'web', 'web_form', 'web_widget', 'help_center', 'mobile',
                'mobile_sdk'
            ) then 'web'
            when
                tickets.via_channel in ('voice', 'voicemail')
                or tickets.via_channel like 'phone%'
                then 'phone'
            when tickets.via_channel in (
                'twitter', 'twitter_dm', 'facebook', 'whatsapp', 'line',
                'instagram_dm', 'wechat', 'viber', 'telegram', 'sms',
                'any_channel'
            ) then 'social'
            when tickets.via_channel in ('api', 'web_service') then 'api'
            else 'other'
        end as channel,
        coalesce(ticket_tags.tags, ' ') as tags,
        requesters.customer_external_id as requester_external_id,
        requesters.customer_email as requester_email,
        requesters.author_role as requester_role,
        submitters.author_role as submitter_role,
        coalesce(requesters.is_suspended, false) as is_requester_suspended,
        agent_chats.ticket_id is not null as is_agent_chat,
        tickets.is_deleted,
        tickets.created_at,
        tickets.updated_at,
        tickets.loaded_at

    from tickets

    left join ticket_tags
        on tickets.ticket_id = ticket_tags.ticket_id

    left join accounts as requesters
        on tickets.requester_id = requesters.account_id

    left join accounts as submitters
        on tickets.submitter_id = submitters.account_id

    left join agent_chats
        on tickets.ticket_id = agent_chats.ticket_id

),

ticket_contexts as (

    select
        described.*,
        {{ var('zendesk_handoff_reason') }} as handoff_reason,
        coalesce({{ var('zendesk_is_outbound') }}, false) as is_outbound,
        coalesce({{ var('zendesk_is_spam') }}, false) as is_spam,
        coalesce({{ var('zendesk_is_test') }}, false) as is_test

    from described

)

select * from ticket_contexts
