{{ config(
    enabled = 'intercom' in var('ticket_sources'),
    changes_by = ['message_id']
) }}

-- Grain: one message or note. Comments are messages even when they hold only a
-- picture; of what closes, opens, snoozes or assigns, only what was written
-- with it is one. Ratings, changed attributes and the like are none, although
-- some of them carry a text.

with

entries as (

    select * from {{ ref('int_intercom__entries') }}

),

messages as (

    select
        'intercom:' || entry_id as message_id,
        'intercom' as source_name,
        cast(null as {{ dbt.type_string() }}) as trace_session_id,
        'intercom:' || conversation_id as ticket_id,
        author_role,
        author_id,
        -- note, note_and_reopen, note_and_unsnooze
        entry_type not like 'note%' as is_public,
        -- the account that wrote it is the only sign here; the text is judged
        -- later, for all tools alike
        author_role = 'bot_automation' as is_auto_reply,
        body,
        source_position,
        created_at as sent_at,
        loaded_at

    from entries

    where
        entry_type in ('comment', 'quick_reply')
        or entry_type like 'note%'
        or (
            body is not null
            and (
                entry_type in ('source', 'open', 'close')
                or entry_type like '%assign%'
                or entry_type like '%snooze%'
            )
        )

)

select * from messages
