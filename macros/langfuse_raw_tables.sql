{#- Langfuse's raw tables in the layout that is on, as row accounting takes them
    (macros/raw_table_accounting.sql). -#}
{% macro langfuse_raw_tables() -%}
    {%- set scores = {
        'model': 'stg_langfuse__scores',
        'key': 'source_row_id',
        'also': ['trace_id', 'session_ref', 'score_name', 'scored_at', 'loaded_at'],
        'found_by': 'source_row_id',
    } -%}
    {{ return({
        'legacy': {
            'traces': {
                'model': 'stg_langfuse__traces',
                'key': 'source_row_id',
                'also': ['session_ref', 'started_at', 'loaded_at'],
                'found_by': 'trace_id',
            },
            'observations': {
                'model': 'stg_langfuse__observations',
                'key': 'source_row_id',
                'also': [
                    'trace_id', 'observation_type', 'started_at', 'loaded_at'
                ],
                'found_by': 'trace_id',
            },
            'scores': scores,
        },
        'v2': {
            'observations_v2': {
                'model': 'stg_langfuse__observations_v2',
                'key': 'source_row_id',
                'also': [
                    'trace_id', 'observation_type', 'started_at', 'loaded_at'
                ],
                'found_by': 'trace_id',
            },
            'scores': scores,
        },
    }[var('langfuse_layout')]) }}
{%- endmacro %}
