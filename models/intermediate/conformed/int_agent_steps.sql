{{ config(
    materialized = 'view',
    slice_by = 'run_id',
    changes_by = ['run_id']
) }}

-- Grain: one row per step of a run of the AI agent; all enabled tools stacked.
-- A view, as each tool's steps are a table: payloads are most of a warehouse.
{# A new tool is one more int_<tool>__agent_steps and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'source_name': 'string',
    'run_id': 'string',
    'step_id': 'string',
    'step_kind': 'string',
    'session_ref': 'string',
    'ticket_ref': 'string',
    'customer_external_id': 'string',
    'customer_email': 'string',
    'customer_anonymous_id': 'string',
    'agent_name': 'string',
    'agent_version': 'string',
    'tool_name': 'string',
    'logged_input': 'string',
    'logged_output': 'string',
    'input_tokens': 'bigint',
    'output_tokens': 'bigint',
    'cost_usd': 'decimal(28,12)',
    'is_root': 'boolean',
    'is_error': 'boolean',
    'is_test': 'boolean',
    'started_at': 'timestamp',
    'ended_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('trace_sources') %}

with

agent_steps as (

    {{ union_sources('agent_steps', sources, columns) }}

)

select * from agent_steps
