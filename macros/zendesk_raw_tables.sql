{#- Zendesk's raw tables in the layout that is on, as row accounting takes them
    (macros/raw_table_accounting.sql). -#}
{% macro zendesk_raw_tables() -%}
    {{ return({
        'ticket': {
            'model': 'stg_zendesk__tickets',
            'key': 'ticket_id',
            'also': ['requester_id', 'created_at'],
        },
        'ticket_comment': {
            'model': 'stg_zendesk__ticket_comments',
            'key': 'comment_id',
            'also': ['ticket_id', 'author_id', 'sent_at'],
        },
        'ticket_field_history': {
            'model': 'stg_zendesk__ticket_field_changes',
            'key': 'ticket_field_change_id',
            'also': ['ticket_id', 'field_name', 'actor_id', 'changed_at'],
        },
        'user': {
            'model': 'stg_zendesk__users',
            'key': 'user_id',
            'also': ['user_role', 'created_at'],
        },
        'ticket_tag': {
            'model': 'stg_zendesk__ticket_tags',
            'key': 'ticket_tag_id',
            'also': ['ticket_id', 'tag'],
        },
        'ticket_chat': {
            'model': 'stg_zendesk__ticket_chats',
            'key': 'ticket_chat_id',
            'also': ['chat_id', 'ticket_id'],
        },
        'ticket_chat_event': {
            'model': 'stg_zendesk__ticket_chat_events',
            'key': 'chat_event_id',
            'also': ['chat_id', 'chat_index', 'actor_id', 'occurred_at'],
        },
    }) }}
{%- endmacro %}
