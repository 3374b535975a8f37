{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one ticket whose own private note says into which ticket it was merged,
-- as Freshdesk writes when agents merge; the last such note counts. The ticket
-- that was merged into gets a note as well, which names no target.

with

notes as (

    select * from {{ ref('int_freshdesk__replies') }}

    where
        not is_public
        and author_role <> 'customer'

),

matched_notes as (

    select
        ticket_id,
        reply_id,
        sent_at,
        {{ each_match('lower(body)', 'merged into [a-z ]{0,4}ticket[^0-9]{0,12}[0-9]+') }}
            as matched_words

    from notes

),

named_targets as (

    select
        ticket_id,
        {{ text_replace('matched_words', '[^0-9]', '') }} as merged_into_ticket_id,
        sent_at,
        reply_id

    from matched_notes

),

numbered_targets as (

    select
        named_targets.*,
        row_number() over (
            partition by ticket_id
            order by sent_at desc, reply_id desc, merged_into_ticket_id asc
        ) as notes_from_last

    from named_targets

    where ticket_id <> merged_into_ticket_id

),

merge_notes as (

    select
        ticket_id,
        merged_into_ticket_id

    from numbered_targets

    where notes_from_last = 1

)

select * from merge_notes
