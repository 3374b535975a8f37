{{ config(enabled = 'zendesk' in var('ticket_sources')) }}

-- Grain: one raw row that cannot be used. A row without id gets a hash of what
-- identifies it, never of text or e-mail.
{%- set tables = {
    'ticket': ['tickets', 'ticket_id', ['requester_id', 'created_at']],
    'ticket_comment': [
        'ticket_comments', 'comment_id', ['ticket_id', 'author_id', 'sent_at']
    ],
    'ticket_field_history': [
        'ticket_field_changes',
        'ticket_field_change_id',
        ['ticket_id', 'field_name', 'actor_id', 'changed_at'],
    ],
    'user': ['users', 'user_id', ['user_role', 'created_at']],
    'ticket_tag': ['ticket_tags', 'ticket_tag_id', ['ticket_id', 'tag']],
    'ticket_chat': ['ticket_chats', 'ticket_chat_id', ['chat_id', 'ticket_id']],
    'ticket_chat_event': [
        'ticket_chat_events',
        'chat_event_id',
        ['chat_id', 'chat_index', 'actor_id', 'occurred_at'],
    ],
} %}

with

quarantined_rows as (

    {%- for table_name, (model, key, columns) in tables.items() %}
    select
        'zendesk' as source_name,
        '{{ table_name }}' as table_name,
        coalesce(
            {{ key }},
            {{ dbt.hash(
                "coalesce(cast("
                ~ columns | join(
                    " as " ~ dbt.type_string() ~ "), '') || '|' || coalesce(cast("
                )
                ~ " as " ~ dbt.type_string() ~ "), '')"
            ) }}
        ) as row_id,
        quarantine_reason,
        loaded_at

    from {{ ref('stg_zendesk__' ~ model) }}

    where quarantine_reason is not null
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select * from quarantined_rows
