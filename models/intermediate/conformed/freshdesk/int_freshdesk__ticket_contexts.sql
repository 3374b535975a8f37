{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one ticket with what companies use to say that it is spam, a test,
-- begun by the company, or handed over for a reason. The vars freshdesk_is_spam,
-- freshdesk_is_test, freshdesk_is_outbound, freshdesk_claimed_resolution and
-- freshdesk_handoff_reason are SQL over the columns of the CTE described.

with

tickets as (

    select * from {{ ref('int_freshdesk__current_tickets') }}

),

ticket_tags as (

    select * from {{ ref('int_freshdesk__ticket_tags') }}

),

ticket_marks as (

    select * from {{ ref('int_freshdesk__ticket_marks') }}

),

accounts as (

    select * from {{ ref('int_freshdesk__accounts') }}

),

described as (

    select
        tickets.ticket_id,
        tickets.requester_id,
        tickets.assignee_id,
        tickets.group_id,
        coalesce(ticket_tags.session_ref, tickets.session_ref) as session_ref,
        tickets.merged_into_ticket_id,
        tickets.follow_up_of_ticket_id,
        tickets.imported_from,
        tickets.claimed_intent,
        tickets.status,
        tickets.is_done,
        tickets.subject,
        tickets.via_channel,
        tickets.channel,
        coalesce(ticket_tags.tags, ' ') as tags,
        requesters.customer_external_id as requester_external_id,
        requesters.customer_email as requester_email,
        requesters.author_role as requester_role,
        tickets.is_marked_spam or coalesce(ticket_marks.is_marked_spam, false)
            as is_marked_spam,
        tickets.is_deleted or coalesce(ticket_marks.is_deleted, false)
            as is_deleted,
        tickets.created_at,
        tickets.updated_at,
        tickets.loaded_at

    from tickets

    left join ticket_tags
        on tickets.ticket_id = ticket_tags.ticket_id

    left join ticket_marks
        on tickets.ticket_id = ticket_marks.ticket_id

    left join accounts as requesters
        on tickets.requester_id = requesters.account_id

),

ticket_contexts as (

    select
        described.*,
        cast({{ var('freshdesk_claimed_resolution') }}
            as {{ dbt.type_string() }}) as claimed_resolution,
        {{ var('freshdesk_handoff_reason') }} as handoff_reason,
        coalesce({{ var('freshdesk_is_outbound') }}, false) as is_outbound,
        coalesce({{ var('freshdesk_is_spam') }}, false) as is_spam,
        coalesce({{ var('freshdesk_is_test') }}, false) as is_test

    from described

)

select * from ticket_contexts
