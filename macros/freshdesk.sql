{#- Freshdesk's raw tables for the accounting, see raw_table_accounting.sql. Two
    models need the same list. -#}
{% macro freshdesk_raw_tables() -%}
    {{ return({
        'tickets': {
            'model': 'stg_freshdesk__tickets',
            'key': 'ticket_id',
            'also': ['requester_id', 'created_at', 'updated_at', 'loaded_at'],
        },
        'conversations': {
            'model': 'stg_freshdesk__conversations',
            'key': 'reply_id',
            'also': ['ticket_id', 'author_id', 'sent_at', 'loaded_at'],
        },
        'contacts': {
            'model': 'stg_freshdesk__contacts',
            'key': 'contact_id',
            'also': ['created_at', 'updated_at', 'loaded_at'],
        },
        'agents': {
            'model': 'stg_freshdesk__agents',
            'key': 'agent_id',
            'also': ['created_at', 'updated_at', 'loaded_at'],
        },
        'satisfaction_ratings': {
            'model': 'stg_freshdesk__satisfaction_ratings',
            'key': 'rating_id',
            'also': ['ticket_id', 'score_raw', 'answered_at', 'loaded_at'],
        },
        'ticket_fields': {
            'model': 'stg_freshdesk__ticket_fields',
            'key': 'ticket_field_id',
            'also': ['field_name', 'created_at', 'loaded_at'],
        },
        'ticket_activities': {
            'model': 'stg_freshdesk__ticket_activities',
            'key': 'activity_id',
            'also': ['performer_id', 'status', 'performed_at', 'loaded_at'],
        },
    }) }}
{%- endmacro %}


{#- True when a status is an end, by its number or its name: the var
    freshdesk_done_statuses may list either. -#}
{% macro freshdesk_is_done(number, name) -%}
    {%- set listed = [] -%}
    {%- for status in var('freshdesk_done_statuses') -%}
        {%- do listed.append(text_literal(status | string | lower)) -%}
    {%- endfor -%}
    {%- set listed = listed | join(', ') or "''" -%}
    coalesce(
        {{ number }} in ({{ listed }}) or {{ name }} in ({{ listed }}), false
    )
{%- endmacro %}
