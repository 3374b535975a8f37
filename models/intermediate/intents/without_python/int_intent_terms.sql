-- Grain: one intent and one term. In the place of the Python model of this name,
-- where the engine runs none: the table keeps what ./scripts/fit_intents learned
-- from the same openings by the same functions. Empty until then. No build may
-- empty it, not even with --full-refresh.
{{ config(
    full_refresh = false,
    incremental_strategy = 'append',
    on_schema_change = 'append_new_columns',
) }}

{#- The columns of COLUMNS in the Python model. -#}
{%- set columns = {
    'intent_id': 'string',
    'term': 'string',
    'weight': 'double precision',
    'term_rank': 'bigint',
    'word': 'string',
    'intent_label': 'string',
    'opening_count': 'bigint',
    'first_fit': 'bigint',
    'fit_number': 'bigint',
    'retired_at_fit': 'bigint',
    'previous_weight': 'double precision',
    'learned_from': 'string',
    'fit_opening_count': 'bigint',
    'fit_noise_count': 'bigint',
} %}

select
    {% for column, type in columns.items() -%}
    cast(null as {{ column_type(type) }}) as {{ column }}{{ "," if not loop.last }}
    {% endfor %}
where 1 = 0
