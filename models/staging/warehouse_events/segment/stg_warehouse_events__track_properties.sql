{%- set tables = var('warehouse_events_event_tables')
    if var('warehouse_events_layout') in ('segment', 'rudderstack') else [] -%}
{{ config(
    enabled = 'warehouse_events' in var('event_sources'),
    tables_beside = tables
) }}

-- Grain: one delivered copy of a track call in the table of its own event, which
-- alone holds what the call says. Tables that the var warehouse_events_event_tables
-- does not name are not read; layouts without such tables give no rows. Who did it
-- is said in tracks: what that has left out of forgotten customers is left out here.

with

track_properties as (
    {% for table in tables %}
    select
        {{ configured_field('id') }} as source_row_id,
        {{ row_as_json('event_row') }} as properties

    from {{ source('warehouse_events', 'tracks').incorporate(
        path={'identifier': table}
    ) }} as event_row
    {{ "union all" if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as source_row_id,
        cast(null as {{ dbt.type_string() }}) as properties

    where 1 = 0
    {%- endfor %}

)

select * from track_properties
{%- if tables %}
where source_row_id in (
    select tracks.source_row_id
    from {{ ref('stg_warehouse_events__tracks') }} as tracks
)
{%- endif %}
