{{ config(
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one row per ticket; all enabled tools stacked.
{# A new tool is one more int_<tool>__tickets and its name in a switch var;
    nothing here changes. #}
{% set columns = {
    'ticket_id': 'string',
    'source_name': 'string',
    'source_ticket_id': 'string',
    'requester_id': 'string',
    'customer_external_id': 'string',
    'customer_email': 'string',
    'session_ref': 'string',
    'channel': 'string',
    'subject': 'string',
    'status': 'string',
    'claimed_resolution': 'string',
    'is_outbound': 'boolean',
    'is_spam': 'boolean',
    'is_test': 'boolean',
    'is_deleted': 'boolean',
    'merged_into_ticket_id': 'string',
    'follow_up_of_ticket_id': 'string',
    'imported_from': 'string',
    'claimed_intent': 'string',
    'created_at': 'timestamp',
    'updated_at': 'timestamp',
    'loaded_at': 'timestamp',
} %}
{% set sources = var('ticket_sources') %}

with

tickets as (

    {{ union_sources('tickets', sources, columns) }}

)

select * from tickets
