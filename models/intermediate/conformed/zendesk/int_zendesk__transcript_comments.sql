{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one public comment that only repeats the ticket's chat. Some set-ups
-- paste the finished chat into the ticket as one comment, or copy single chat
-- messages; the chat already holds those words, told apart by speaker. A
-- comment repeats the chat when it equals one message sent within five
-- minutes, or holds at least two and at least half of the messages so far.
-- Messages under twelve letters ("hi", "thanks") prove nothing and are left
-- out. Private notes stay: quoting the chat is what a handoff note is for.

with

comments as (

    select * from {{ ref('int_zendesk__comments') }}

    where
        is_public
        and body is not null

),

chat_messages as (

    select * from {{ ref('int_zendesk__chat_events') }}

    where
        event_type = 'ChatMessage'
        and {{ is_not_blank('body') }}

),

-- only tickets with both have anything to compare
chat_tickets as (

    select ticket_id

    from chat_messages

    group by 1

),

commented_tickets as (

    select ticket_id

    from comments

    group by 1

),

folded_chat_messages as (

    select
        chat_messages.ticket_id,
        {{ small_letters('trim(' ~ single_blanks('chat_messages.body') ~ ')') }}
            as folded_body,
        chat_messages.occurred_at

    from chat_messages

    inner join commented_tickets
        on chat_messages.ticket_id = commented_tickets.ticket_id

),

folded_comments as (

    select
        comments.comment_id,
        comments.ticket_id,
        {{ small_letters('trim(' ~ single_blanks('comments.body') ~ ')') }}
            as folded_body,
        comments.sent_at

    from comments

    inner join chat_tickets
        on comments.ticket_id = chat_tickets.ticket_id

),

compared as (

    select
        folded_comments.comment_id,
        folded_comments.ticket_id,
        case
            when
                folded_comments.folded_body = folded_chat_messages.folded_body
                and abs({{ seconds_between(
                    'folded_chat_messages.occurred_at',
                    'folded_comments.sent_at'
                ) }}) <= 300
                then 1
            else 0
        end as is_equal,
        case
            when
                length(folded_chat_messages.folded_body) >= 12
                and folded_chat_messages.occurred_at <= folded_comments.sent_at
                then 1
            else 0
        end as is_evidence,
        {{ dbt.position(
            'folded_chat_messages.folded_body', 'folded_comments.folded_body'
        ) }} as found_at

    from folded_comments

    inner join folded_chat_messages
        on folded_comments.ticket_id = folded_chat_messages.ticket_id

),

counted as (

    select
        comment_id,
        ticket_id,
        max(is_equal) as is_equal,
        sum(is_evidence) as evidence_count,
        sum(case when is_evidence = 1 and found_at > 0 then 1 else 0 end)
            as held_count

    from compared

    group by 1, 2

),

transcript_comments as (

    select
        comment_id,
        ticket_id

    from counted

    where
        is_equal = 1
        or (held_count >= 2 and 2 * held_count >= evidence_count)

)

select * from transcript_comments
