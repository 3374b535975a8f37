{{ config(enabled = 'mixpanel' in var('event_sources')) }}

-- Grain: one raw table. Counted from staging alone, so that a row lost on the
-- way to int_mixpanel__product_events shows.
{%- set raw_tables = {
    'fivetran': {
        'event': {'model': 'stg_mixpanel__events', 'key': 'event_id'},
    },
    'airbyte': {
        'export': {'model': 'stg_mixpanel__exports', 'key': 'event_id'},
    },
}[var('mixpanel_layout')] %}

with

row_counts as (

    {{ row_counts_of('mixpanel', raw_tables) }}

)

select * from row_counts
