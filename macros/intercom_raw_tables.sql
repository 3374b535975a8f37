{#- Intercom's raw tables in the layout at hand, as raw_table_accounting wants
    them. The optional tables stand here too: they count as empty. -#}
{% macro intercom_raw_tables() -%}
    {%- set conversation = {
        'key': 'source_row_id', 'also': ['source_author_id', 'created_at'],
    } -%}
    {%- set part = {
        'key': 'source_row_id',
        'also': ['conversation_id', 'author_id', 'part_type', 'created_at'],
    } -%}
    {%- set contact = {'key': 'source_row_id', 'also': ['created_at']} -%}
    {%- set admin = {'key': 'source_row_id', 'also': ['loaded_at']} -%}
    {%- if var('intercom_layout') == 'airbyte' -%}
        {{ return({
            'conversations':
                dict(conversation, model='stg_intercom__conversations'),
            'conversation_parts':
                dict(part, model='stg_intercom__conversation_parts'),
            'contacts': dict(contact, model='stg_intercom__contacts'),
            'admins': dict(admin, model='stg_intercom__admins'),
        }) }}
    {%- endif -%}
    {{ return({
        'conversation_history':
            dict(conversation, model='stg_intercom__conversation_history'),
        'conversation_part_history':
            dict(part, model='stg_intercom__conversation_part_history'),
        'contact_history': dict(contact, model='stg_intercom__contact_history'),
        'conversation_contact_history': {
            'model': 'stg_intercom__conversation_contact_history',
            'key': 'source_row_id',
            'also': ['conversation_id', 'contact_id'],
        },
        'conversation_tag_history': {
            'model': 'stg_intercom__conversation_tag_history',
            'key': 'source_row_id',
            'also': ['conversation_id', 'tag_id'],
        },
        'tag': {
            'model': 'stg_intercom__tags',
            'key': 'source_row_id',
            'also': ['loaded_at'],
        },
        'admin': dict(admin, model='stg_intercom__admins'),
    }) }}
{%- endmacro %}
