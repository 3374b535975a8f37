{{ config(
    slice_by = 'message_id',
    changes_by = ['message_id', 'ticket_id']
) }}

-- Grain: one row per public or private message, as one system carries it;
-- all enabled tools stacked.
{# A new ticket tool is one more int_<tool>__messages and its name in a switch var.
    Those of all trace tools come out of one chain, int_agent_runs__messages. #}
{% set columns = {
    'message_id': 'string',
    'source_name': 'string',
    'trace_session_id': 'string',
    'ticket_id': 'string',
    'author_role': 'string',
    'author_id': 'string',
    'is_public': 'boolean',
    'is_auto_reply': 'boolean',
    'body': 'string',
    'source_position': 'bigint',
    'sent_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = ['agent_runs'] + var('ticket_sources') %}

with

messages as (

    {{ union_sources('messages', sources, columns) }}

)

select * from messages
