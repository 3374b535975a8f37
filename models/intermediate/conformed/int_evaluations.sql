-- Grain: one row per score that a trace store holds; all enabled tools stacked.
{# A new tool is one more int_<tool>__evaluations and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'evaluation_id': 'string',
    'source_name': 'string',
    'trace_session_id': 'string',
    'evaluator_name': 'string',
    'score': 'double precision',
    'label': 'string',
    'evaluated_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('trace_sources') %}

with

evaluations as (

    {{ union_sources('evaluations', sources, columns) }}

)

select * from evaluations
