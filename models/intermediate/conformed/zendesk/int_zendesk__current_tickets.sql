{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one ticket, in its newest loaded version. Deleted tickets stay.

with

tickets as (

    select * from {{ ref({
        'fivetran': 'stg_zendesk__tickets',
        'airbyte': 'stg_zendesk__tickets_airbyte',
    }[var('zendesk_layout')]) }}

),

usable as (

    select * from tickets

    where quarantine_reason is null

),

numbered as (

    select
        usable.*,
        row_number() over (
            partition by ticket_id
            order by
                coalesce(updated_at, created_at) desc,
                coalesce(loaded_at, created_at) desc,
                created_at desc nulls last,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint([
                    'requester_id', 'submitter_id', 'assignee_id', 'group_id',
                    'session_ref', 'imported_from', 'claimed_intent',
                    'follow_up_of_ticket_id', 'merged_ticket_ids',
                    'follow_up_ticket_ids', 'tag_list', 'status', 'via_channel',
                    'subject', 'description', 'claimed_resolution', 'is_deleted'
                ]) }} desc
        ) as version_number

    from usable

),

current_tickets as (

    select * from numbered

    where version_number = 1

)

select * from current_tickets
