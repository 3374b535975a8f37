{{ config(
    enabled = 'warehouse_events' in var('event_sources'),
    changes_by = ['event_id']
) }}

-- Grain: one product event. Streams deliver at least once: the copy loaded first
-- counts, and what comes later under its id (a retry, a robot) is left out.
with

delivered as (
    {% for table in warehouse_events_tables().values() %}
    select * from {{ ref(table.model) }}
    where quarantine_reason is null
    {{ "union all" if not loop.last }}
    {%- endfor %}

),

track_properties as (

    select
        source_row_id,
        max(properties) as properties

    from {{ ref('stg_warehouse_events__track_properties') }}

    where source_row_id is not null

    group by 1

),

ranked as (

    select
        delivered.*,
        row_number() over (
            partition by event_id
            order by
                loaded_at nulls last,
                occurred_at nulls last,
                {{ row_fingerprint([
                    'customer_external_id', 'customer_email', 'anonymous_id',
                    'event_name', 'page_path', 'properties',
                ]) }}
        ) as copy_number

    from delivered

),

product_events as (

    select
        ranked.event_id,
        'warehouse_events' as source_name,
        ranked.customer_external_id,
        ranked.customer_email,
        ranked.anonymous_id,
        ranked.event_name,
        ranked.page_path,
        coalesce(track_properties.properties, ranked.properties) as properties,
        ranked.occurred_at,
        ranked.loaded_at

    from ranked

    left join track_properties
        on ranked.source_row_id = track_properties.source_row_id

    where ranked.copy_number = 1

)

select * from product_events
