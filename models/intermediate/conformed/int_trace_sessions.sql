-- Grain: one row per trace session; all enabled tools stacked.
{# A new tool is one more int_<tool>__trace_sessions and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'trace_session_id': 'string',
    'source_name': 'string',
    'source_session_id': 'string',
    'customer_external_id': 'string',
    'customer_email': 'string',
    'customer_anonymous_id': 'string',
    'ticket_ref': 'string',
    'agent_name': 'string',
    'agent_version': 'string',
    'model_cost_usd': 'double precision',
    'input_tokens': 'bigint',
    'output_tokens': 'bigint',
    'tool_call_count': 'bigint',
    'tool_error_count': 'bigint',
    'is_test': 'boolean',
    'started_at': 'timestamp',
    'ended_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('trace_sources') %}

with

trace_sessions as (

    {{ union_sources('trace_sessions', sources, columns) }}

)

select * from trace_sessions
