-- Grain: one message of a help desk whose other copy stands in the trace store:
-- same thread, same role, same text after white space and case are folded, and
-- close in time. The trace's copy is the one that is kept, with the earlier of
-- the two times. The n-th copy on one side answers to the n-th on the other, so
-- a customer who really wrote the same twice keeps both.

with

messages as (

    select * from {{ ref('int_messages') }}

),

message_threads as (

    select * from {{ ref('int_message_threads') }}

),

threads_with_both as (

    select message_threads.thread_id

    from message_threads

    inner join messages
        on message_threads.message_id = messages.message_id

    where message_threads.problem is null

    group by 1

    having
        count(messages.ticket_id) > 0
        and count(messages.ticket_id) < count(*)

),

folded as (

    select
        messages.message_id,
        message_threads.thread_id,
        messages.author_role,
        messages.ticket_id is not null as is_from_help_desk,
        messages.sent_at,
        messages.source_position,
        {{ small_letters('trim(' ~ single_blanks('messages.body') ~ ')') }}
            as folded_body

    from messages

    inner join message_threads
        on messages.message_id = message_threads.message_id

    inner join threads_with_both
        on message_threads.thread_id = threads_with_both.thread_id

    where
        message_threads.problem is null
        and messages.is_public
        -- null, or blank once it is folded: asked of the folded text, every
        -- text would be folded twice
        and {{ text_matches('messages.body', "'[^\\s]'") }}

),

numbered as (

    select
        message_id,
        thread_id,
        author_role,
        folded_body,
        is_from_help_desk,
        sent_at,
        row_number() over (
            partition by thread_id, author_role, folded_body, is_from_help_desk
            order by sent_at nulls last, source_position nulls last, message_id
        ) as copy_number

    from folded

),

carried_twice as (

    select
        help_desk.message_id,
        traced.message_id as kept_message_id,
        help_desk.sent_at

    from numbered as help_desk

    inner join numbered as traced
        on
            help_desk.thread_id = traced.thread_id
            and help_desk.author_role = traced.author_role
            and help_desk.folded_body = traced.folded_body
            and help_desk.copy_number = traced.copy_number

    where
        help_desk.is_from_help_desk
        and not traced.is_from_help_desk
        and abs({{ seconds_between('traced.sent_at', 'help_desk.sent_at') }})
        <= {{ var('duplicate_message_minutes') }} * 60

)

select * from carried_twice
