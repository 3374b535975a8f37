{{ config(
    slice_by = 'thread_id',
    changes_by = ['message_id'],
    slice_through = {
        'int_messages': ['message_id', 'int_message_threads'],
    }
) }}

-- Grain: one message that both the help desk and the trace store carry: same
-- thread, same role, same text after white space and case are folded, and close
-- in time. Each copy is a row: the trace's is the one that is kept, with the
-- earlier of the two times. The n-th copy on one side answers to the n-th on the
-- other, so a customer who really wrote the same twice keeps both. Counting begins
-- anew after a pause: one side may lack what was said the week before.

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
        and messages.sent_at is not null
        -- null, or blank once it is folded: asked of the folded text, every
        -- text would be folded twice
        and {{ text_matches('messages.body', "'[^\\s]'") }}

),

with_pauses as (

    select
        *,
        {{ seconds_between(
            'lag(sent_at) over ('
            ~ 'partition by thread_id, author_role, folded_body'
            ~ ' order by sent_at, source_position nulls last, message_id)',
            'sent_at'
        ) }} as pause_seconds

    from folded

),

spells as (

    select
        *,
        count(
            case
                when pause_seconds > {{ var('duplicate_message_minutes') }} * 60
                    then 1
            end
        ) over (
            partition by thread_id, author_role, folded_body
            order by sent_at, source_position nulls last, message_id
            rows between unbounded preceding and current row
        ) as spell_number

    from with_pauses

),

numbered as (

    select
        *,
        row_number() over (
            partition by
                thread_id, author_role, folded_body, spell_number, is_from_help_desk
            order by sent_at, source_position nulls last, message_id
        ) as copy_number

    from spells

),

pairs as (

    select
        help_desk.thread_id,
        help_desk.message_id as help_desk_message_id,
        help_desk.sent_at as help_desk_sent_at,
        traced.message_id as traced_message_id,
        traced.sent_at as traced_sent_at

    from numbered as help_desk

    inner join numbered as traced
        on
            help_desk.thread_id = traced.thread_id
            and help_desk.author_role = traced.author_role
            and help_desk.folded_body = traced.folded_body
            and help_desk.spell_number = traced.spell_number
            and help_desk.copy_number = traced.copy_number

    where
        help_desk.is_from_help_desk
        and not traced.is_from_help_desk
        and abs({{ seconds_between('traced.sent_at', 'help_desk.sent_at') }})
        <= {{ var('duplicate_message_minutes') }} * 60

),

carried_twice as (

    select
        traced_message_id as message_id,
        thread_id,
        true as is_kept,
        help_desk_sent_at as other_sent_at

    from pairs

    union all

    select
        help_desk_message_id as message_id,
        thread_id,
        false as is_kept,
        traced_sent_at as other_sent_at

    from pairs

)

select * from carried_twice
