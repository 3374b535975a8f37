{{ config(enabled = 'amplitude' in var('event_sources')) }}

-- Grain: one raw row that cannot be used.
{%- set raw_tables = {
    'fivetran': {'event': 'stg_amplitude__events'},
    'airbyte': {'events': 'stg_amplitude__events_airbyte'},
}[var('amplitude_layout')] -%}
{%- set tables = {} -%}
{%- for table_name, model in raw_tables.items() -%}
    {%- do tables.update({table_name: {
        'model': model,
        'key': 'source_row_id',
        'also': ['event_name', 'amplitude_id', 'occurred_at', 'loaded_at'],
    }}) -%}
{%- endfor %}

with

quarantined_rows as (

    {{ quarantined_rows_of('amplitude', tables) }}

)

select * from quarantined_rows
