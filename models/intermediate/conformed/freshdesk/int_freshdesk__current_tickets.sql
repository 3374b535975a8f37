{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one ticket, in its newest loaded version. Deleted tickets stay. What
-- status and source mean is said here in words.
{%- set contents = [
    'requester_id', 'assignee_id', 'group_id', 'session_ref',
    'merged_into_ticket_id', 'follow_up_of_ticket_id', 'imported_from',
    'claimed_intent', 'status_number', 'source_number', 'subject', 'description',
    'tags_json', 'is_marked_spam', 'is_deleted', 'created_at', 'updated_at',
    'first_responded_at', 'resolved_at', 'closed_at', 'reopened_at', 'loaded_at',
] %}

with

tickets as (

    select * from {{ ref('stg_freshdesk__tickets') }}

),

statuses as (

    select * from {{ ref('int_freshdesk__statuses') }}

    where is_current_name

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
                -- only so that the same rows always give the same answer
                {{ row_fingerprint(contents) }} desc
        ) as version_number

    from usable

),

current_tickets as (

    select
        numbered.*,
        coalesce(statuses.status_name, numbered.status_number) as status,
        coalesce(
            statuses.is_done,
            {{ freshdesk_is_done('numbered.status_number', "''") }}
        ) as is_done,
        case numbered.source_number
            when '1' then 'email'
            when '2' then 'portal'
            when '3' then 'phone'
            when '4' then 'forum'
            when '5' then 'twitter'
            when '6' then 'facebook'
            when '7' then 'chat'
            when '8' then 'mobihelp'
            when '9' then 'feedback_widget'
            when '10' then 'outbound_email'
            when '11' then 'ecommerce'
            when '12' then 'bot'
            when '13' then 'whatsapp'
            else numbered.source_number
        end as via_channel,
        case
            when numbered.source_number in ('7', '8', '12') then 'chat'
            when numbered.source_number in ('1', '10') then 'email'
            when numbered.source_number in ('2', '4', '9') then 'web'
            when numbered.source_number = '3' then 'phone'
            when numbered.source_number in ('5', '6', '13') then 'social'
            else 'other'
        end as channel

    from numbered

    left join statuses
        on numbered.status_number = statuses.status_number

    where numbered.version_number = 1

)

select * from current_tickets
