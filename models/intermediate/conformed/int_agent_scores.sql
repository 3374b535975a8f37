{{ config(
    slice_by = 'score_id',
    changes_by = ['score_id']
) }}

-- Grain: one row per score of a run or a session; all enabled tools stacked.
{# A new tool is one more int_<tool>__agent_scores and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'source_name': 'string',
    'score_id': 'string',
    'run_id': 'string',
    'session_ref': 'string',
    'score_name': 'string',
    'score_kind': 'string',
    'score_value': 'double precision',
    'score_label': 'string',
    'scored_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('trace_sources') %}

with

agent_scores as (

    {{ union_sources('agent_scores', sources, columns) }}

)

select * from agent_scores
