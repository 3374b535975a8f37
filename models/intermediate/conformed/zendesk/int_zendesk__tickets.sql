{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    slice_prefix = 'zendesk:',
    changes_by = ['ticket_id']
) }}

-- Grain: one ticket, in its newest version. Soft-deleted tickets stay, marked.

with

ticket_contexts as (

    select * from {{ ref('int_zendesk__ticket_contexts') }}

),

ticket_relations as (

    select * from {{ ref('int_zendesk__ticket_relations') }}

),

tickets as (

    select
        'zendesk:' || ticket_contexts.ticket_id as ticket_id,
        'zendesk' as source_name,
        ticket_contexts.ticket_id as source_ticket_id,
        ticket_contexts.requester_id,
        ticket_contexts.requester_external_id as customer_external_id,
        ticket_contexts.requester_email as customer_email,
        ticket_contexts.session_ref,
        ticket_contexts.channel,
        ticket_contexts.subject,
        ticket_contexts.status,
        ticket_contexts.claimed_resolution,
        ticket_contexts.is_outbound,
        ticket_contexts.is_spam,
        ticket_contexts.is_test,
        ticket_contexts.is_deleted,
        case
            when ticket_relations.merged_into_ticket_id is not null
                then 'zendesk:' || ticket_relations.merged_into_ticket_id
            -- merged for sure, into a ticket that was not loaded
            when ticket_contexts.tags like '% closed_by_merge %'
                then 'zendesk:unknown'
        end as merged_into_ticket_id,
        'zendesk:' || ticket_relations.follow_up_of_ticket_id
            as follow_up_of_ticket_id,
        ticket_contexts.imported_from,
        ticket_contexts.claimed_intent,
        ticket_contexts.created_at,
        ticket_contexts.updated_at,
        ticket_contexts.loaded_at

    from ticket_contexts

    left join ticket_relations
        on ticket_contexts.ticket_id = ticket_relations.ticket_id

)

select * from tickets
