{{ config(
    slice_by = 'message_id',
    changes_by = ['message_id', 'thread_id'],
    slice_through = {
        'int_tickets': ['ticket_id', 'int_messages'],
        'int_trace_sessions': ['trace_session_id', 'int_messages'],
        'int_sessions_linked_to_tickets': ['trace_session_id', 'int_messages'],
    }
) }}

-- Grain: one message of int_messages, with the thread it belongs to. A message
-- whose ticket or session does not exist has no thread and says why.

with

messages as (

    select * from {{ ref('int_messages') }}

),

tickets as (

    select * from {{ ref('int_tickets') }}

),

trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

links as (

    select * from {{ ref('int_sessions_linked_to_tickets') }}

),

message_threads as (

    select
        messages.message_id,
        coalesce(
            tickets.ticket_id, links.ticket_id, trace_sessions.trace_session_id
        ) as thread_id,
        case
            when messages.ticket_id is not null and tickets.ticket_id is null
                then 'no_such_ticket'
            when
                messages.ticket_id is null
                and trace_sessions.trace_session_id is null
                then 'no_such_session'
        end as problem

    from messages

    left join tickets
        on messages.ticket_id = tickets.ticket_id

    left join trace_sessions
        on
            messages.trace_session_id = trace_sessions.trace_session_id
            and messages.ticket_id is null

    left join links
        on trace_sessions.trace_session_id = links.trace_session_id

)

select * from message_threads
