{{ config(enabled = 'zendesk' in var('ticket_sources')) }}

-- Grain: one raw table. Counted from the raw rows and the keys alone, apart
-- from the models that use them, so that the two can be compared.
{%- set tables = {
    'ticket': ['tickets', 'ticket_id'],
    'ticket_comment': ['ticket_comments', 'comment_id'],
    'ticket_field_history': ['ticket_field_changes', 'ticket_field_change_id'],
    'user': ['users', 'user_id'],
    'ticket_tag': ['ticket_tags', 'ticket_tag_id'],
    'ticket_chat': ['ticket_chats', 'ticket_chat_id'],
    'ticket_chat_event': ['ticket_chat_events', 'chat_event_id'],
} %}

with

counted as (

    {%- for table_name, (model, key) in tables.items() %}
    select
        '{{ table_name }}' as table_name,
        count(*) as raw_row_count,
        count(quarantine_reason) as quarantined_count,
        count(distinct case when quarantine_reason is null then {{ key }} end)
            as used_count

    from {{ ref('stg_zendesk__' ~ model) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

row_counts as (

    select
        'zendesk' as source_name,
        table_name,
        raw_row_count,
        raw_row_count - quarantined_count - used_count as older_version_count,
        quarantined_count,
        used_count

    from counted

)

select * from row_counts
