{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one ticket, in its newest version. Deleted tickets stay, marked.

with

ticket_contexts as (

    select * from {{ ref('int_freshdesk__ticket_contexts') }}

),

merge_notes as (

    select * from {{ ref('int_freshdesk__merge_notes') }}

),

tickets as (

    select
        'freshdesk:' || ticket_contexts.ticket_id as ticket_id,
        'freshdesk' as source_name,
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
            when
                ticket_contexts.merged_into_ticket_id
                <> ticket_contexts.ticket_id
                then 'freshdesk:' || ticket_contexts.merged_into_ticket_id
            -- merging closes a ticket; on one that lives on, the words are
            -- somebody's about another ticket
            when
                ticket_contexts.is_done
                and merge_notes.merged_into_ticket_id is not null
                then 'freshdesk:' || merge_notes.merged_into_ticket_id
            -- merged for sure, and nobody says into which
            when ticket_contexts.tags like '% closed_by_merge %'
                then 'freshdesk:unknown'
        end as merged_into_ticket_id,
        case
            when
                ticket_contexts.follow_up_of_ticket_id
                <> ticket_contexts.ticket_id
                then 'freshdesk:' || ticket_contexts.follow_up_of_ticket_id
        end as follow_up_of_ticket_id,
        ticket_contexts.imported_from,
        ticket_contexts.claimed_intent,
        ticket_contexts.created_at,
        ticket_contexts.updated_at,
        ticket_contexts.loaded_at

    from ticket_contexts

    left join merge_notes
        on ticket_contexts.ticket_id = merge_notes.ticket_id

)

select * from tickets
