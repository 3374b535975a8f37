{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    slice_prefix = 'zendesk:',
    changes_by = ['message_id']
) }}

-- Grain: one message: a comment, a chat message with text, or the description
-- of a ticket that has neither.

with

comments as (

    select * from {{ ref('int_zendesk__comments') }}

),

transcript_comments as (

    select * from {{ ref('int_zendesk__transcript_comments') }}

),

chat_events as (

    select * from {{ ref('int_zendesk__chat_events') }}

),

descriptions as (

    select * from {{ ref('int_zendesk__descriptions') }}

),

comment_messages as (

    select
        'zendesk:comment:' || comments.comment_id as message_id,
        comments.ticket_id,
        comments.author_role,
        comments.author_id,
        comments.is_public,
        comments.body,
        comments.source_position,
        comments.sent_at,
        comments.loaded_at

    from comments

    left join transcript_comments
        on comments.comment_id = transcript_comments.comment_id

    where transcript_comments.comment_id is null

),

chat_messages as (

    select
        'zendesk:chat:' || chat_event_id as message_id,
        ticket_id,
        actor_role as author_role,
        actor_id as author_id,
        true as is_public,
        body,
        chat_index as source_position,
        occurred_at as sent_at,
        loaded_at

    from chat_events

    where
        event_type = 'ChatMessage'
        and {{ is_not_blank('body') }}

),

description_messages as (

    select
        'zendesk:description:' || ticket_id as message_id,
        ticket_id,
        author_role,
        author_id,
        true as is_public,
        body,
        0 as source_position,
        sent_at,
        loaded_at

    from descriptions

),

stacked as (

    select * from comment_messages

    union all

    select * from chat_messages

    union all

    select * from description_messages

),

messages as (

    select
        message_id,
        'zendesk' as source_name,
        cast(null as {{ dbt.type_string() }}) as trace_session_id,
        'zendesk:' || ticket_id as ticket_id,
        author_role,
        author_id,
        is_public,
        -- the account that wrote it is Zendesk's only sign; the text is judged
        -- later, for all tools alike
        author_role = 'bot_automation' as is_auto_reply,
        body,
        source_position,
        sent_at,
        loaded_at

    from stacked

)

select * from messages
