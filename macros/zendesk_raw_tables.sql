{#- Zendesk's raw tables in the layout that is on, as row accounting takes them
    (macros/raw_table_accounting.sql). The events of a chat lie in one row of
    ticket_audits together; one of them may be unusable alone, so they count
    as a table. -#}
{% macro zendesk_raw_tables() -%}
    {%- set fivetran = {
        'ticket': {
            'model': 'stg_zendesk__tickets',
            'key': 'ticket_id',
            'also': ['requester_id', 'created_at'],
            'found_by': 'ticket_id',
        },
        'ticket_comment': {
            'model': 'stg_zendesk__ticket_comments',
            'key': 'comment_id',
            'also': ['ticket_id', 'author_id', 'sent_at'],
            'found_by': 'comment_id',
        },
        'ticket_field_history': {
            'model': 'stg_zendesk__ticket_field_changes',
            'key': 'ticket_field_change_id',
            'also': ['ticket_id', 'field_name', 'actor_id', 'changed_at'],
            'found_by': 'ticket_id',
        },
        'user': {
            'model': 'stg_zendesk__users',
            'key': 'user_id',
            'also': ['user_role', 'created_at'],
            'found_by': 'user_id',
        },
        'ticket_tag': {
            'model': 'stg_zendesk__ticket_tags',
            'key': 'ticket_tag_id',
            'also': ['ticket_id', 'tag'],
            'found_by': 'ticket_id',
        },
        'ticket_chat': {
            'model': 'stg_zendesk__ticket_chats',
            'key': 'ticket_chat_id',
            'also': ['chat_id', 'ticket_id'],
            'found_by': 'chat_id',
        },
        'ticket_chat_event': {
            'model': 'stg_zendesk__ticket_chat_events',
            'key': 'chat_event_id',
            'also': ['chat_id', 'chat_index', 'actor_id', 'occurred_at'],
            'found_by': 'chat_id',
        },
    } -%}
    {%- set airbyte = {
        'tickets': {
            'model': 'stg_zendesk__tickets_airbyte',
            'key': 'ticket_id',
            'also': ['requester_id', 'created_at'],
        },
        'ticket_comments': {
            'model': 'stg_zendesk__ticket_comments_airbyte',
            'key': 'comment_id',
            'also': ['ticket_id', 'author_id', 'sent_at'],
        },
        'ticket_audits': {
            'model': 'stg_zendesk__ticket_audits',
            'key': 'audit_id',
            'also': ['ticket_id', 'author_id', 'created_at'],
        },
        'ticket_audits.history': {
            'model': 'stg_zendesk__ticket_chat_events_airbyte',
            'key': 'chat_event_id',
            'also': ['chat_id', 'chat_index', 'actor_id', 'occurred_at'],
        },
        'users': {
            'model': 'stg_zendesk__users_airbyte',
            'key': 'user_id',
            'also': ['user_role', 'created_at'],
        },
        'deleted_tickets': {
            'model': 'stg_zendesk__deleted_tickets',
            'key': 'ticket_id',
            'also': ['deleted_at', 'loaded_at'],
        },
        'satisfaction_ratings': {
            'model': 'stg_zendesk__satisfaction_ratings',
            'key': 'rating_id',
            'also': ['ticket_id', 'score', 'created_at'],
        },
    } -%}
    {{ return({'fivetran': fivetran, 'airbyte': airbyte}[var('zendesk_layout')]) }}
{%- endmacro %}
