{{ config(
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one row per recorded status of a ticket; all enabled tools stacked.
{# A new tool is one more int_<tool>__ticket_status_changes and its name in a switch
    var; nothing here changes. #}
{% set columns = {
    'source_name': 'string',
    'ticket_status_change_id': 'string',
    'ticket_id': 'string',
    'is_done': 'boolean',
    'actor_role': 'string',
    'changed_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('ticket_sources') %}

with

ticket_status_changes as (

    {{ union_sources('ticket_status_changes', sources, columns) }}

)

select * from ticket_status_changes
