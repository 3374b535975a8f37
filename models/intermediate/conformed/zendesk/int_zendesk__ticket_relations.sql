{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    changes_by = ['ticket_id']
) }}

-- Grain: one ticket that was merged into another or follows up another. Zendesk
-- writes both on the other ticket, as a list; a follow-up names its origin too.

with

tickets as (

    select * from {{ ref('int_zendesk__current_tickets') }}

),

merged_tickets as (

    select
        {{ each_match('merged_ticket_ids', '[0-9]+') }} as ticket_id,
        ticket_id as merged_into_ticket_id,
        coalesce(updated_at, created_at) as updated_at

    from tickets

    where merged_ticket_ids <> '[]'

),

numbered_merges as (

    select
        merged_tickets.*,
        row_number() over (
            partition by ticket_id
            order by updated_at desc, merged_into_ticket_id asc
        ) as merge_number

    from merged_tickets

    where ticket_id <> merged_into_ticket_id

),

listed_follow_ups as (

    select
        {{ each_match('follow_up_ticket_ids', '[0-9]+') }} as ticket_id,
        ticket_id as follow_up_of_ticket_id

    from tickets

    where follow_up_ticket_ids <> '[]'

),

follow_ups as (

    select
        ticket_id,
        min(follow_up_of_ticket_id) as follow_up_of_ticket_id

    from listed_follow_ups

    where ticket_id <> follow_up_of_ticket_id

    group by 1

),

ticket_relations as (

    select
        tickets.ticket_id,
        numbered_merges.merged_into_ticket_id,
        coalesce(
            tickets.follow_up_of_ticket_id, follow_ups.follow_up_of_ticket_id
        ) as follow_up_of_ticket_id

    from tickets

    left join numbered_merges
        on
            tickets.ticket_id = numbered_merges.ticket_id
            and numbered_merges.merge_number = 1

    left join follow_ups
        on tickets.ticket_id = follow_ups.ticket_id

    where
        numbered_merges.ticket_id is not null
        or tickets.follow_up_of_ticket_id is not null
        or follow_ups.ticket_id is not null

)

select * from ticket_relations
