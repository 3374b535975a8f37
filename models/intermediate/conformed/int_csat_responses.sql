{{ config(changes_by = ['trace_session_id']) }}

-- Grain: one row per satisfaction survey offered; all enabled tools stacked.
{# A new ticket tool is one more int_<tool>__csat_responses and its name in a switch var.
    Those of all trace tools come out of one chain, int_agent_runs__csat_responses. #}
{% set columns = {
    'csat_id': 'string',
    'source_name': 'string',
    'ticket_id': 'string',
    'trace_session_id': 'string',
    'rated_target': 'string',
    'score': 'integer',
    'score_raw': 'string',
    'offered_at': 'timestamp',
    'answered_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = ['agent_runs'] + var('ticket_sources') %}

with

csat_responses as (

    {{ union_sources('csat_responses', sources, columns) }}

)

select * from csat_responses
