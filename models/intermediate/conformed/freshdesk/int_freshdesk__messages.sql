{{ config(
    enabled = 'freshdesk' in var('ticket_sources'),
    changes_by = ['message_id']
) }}

-- Grain: one message: a ticket's description, or a reply or note on it.

with

descriptions as (

    select * from {{ ref('int_freshdesk__descriptions') }}

),

replies as (

    select * from {{ ref('int_freshdesk__replies') }}

),

stacked as (

    select
        'freshdesk:description:' || ticket_id as message_id,
        ticket_id,
        author_role,
        author_id,
        true as is_public,
        author_role = 'bot_automation' as is_auto_reply,
        body,
        0 as source_position,
        sent_at,
        loaded_at

    from descriptions

    union all

    select
        'freshdesk:conversation:' || reply_id as message_id,
        ticket_id,
        author_role,
        author_id,
        is_public,
        is_automatic or author_role = 'bot_automation' as is_auto_reply,
        body,
        source_position,
        sent_at,
        loaded_at

    from replies

),

messages as (

    select
        message_id,
        'freshdesk' as source_name,
        cast(null as {{ dbt.type_string() }}) as trace_session_id,
        'freshdesk:' || ticket_id as ticket_id,
        author_role,
        author_id,
        is_public,
        is_auto_reply,
        body,
        source_position,
        sent_at,
        loaded_at

    from stacked

)

select * from messages
