-- Grain: one row per change in a ticket's life; all enabled tools stacked.
{# A new tool is one more int_<tool>__ticket_events and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'ticket_event_id': 'string',
    'source_name': 'string',
    'ticket_id': 'string',
    'event_type': 'string',
    'actor_role': 'string',
    'reason': 'string',
    'occurred_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('ticket_sources') %}

with

ticket_events as (

    {{ union_sources('ticket_events', sources, columns) }}

)

select * from ticket_events
