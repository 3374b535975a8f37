{{ config(
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one row per time a ticket was given to somebody; all enabled tools stacked.
{# A new tool is one more int_<tool>__ticket_moves and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'source_name': 'string',
    'ticket_move_id': 'string',
    'ticket_id': 'string',
    'move_kind': 'string',
    'holder_role': 'string',
    'actor_role': 'string',
    'reason': 'string',
    'moved_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('ticket_sources') %}

with

ticket_moves as (

    {{ union_sources('ticket_moves', sources, columns) }}

)

select * from ticket_moves
