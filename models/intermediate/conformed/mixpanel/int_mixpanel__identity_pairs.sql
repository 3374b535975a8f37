{{ config(
    enabled = 'mixpanel' in var('event_sources'),
    slice_by = 'mixpanel_insert_id'
) }}

-- Grain: one pair of ids that one event (by its insert_id) says are one person.
-- first_id is the one from before: the device, the old id.
-- Three generations of Mixpanel's identity management say it in different ways,
-- and a project may hold all of them. Airbyte lands each property without its "$".
{%- set layout_events = {
    'fivetran': 'stg_mixpanel__events',
    'airbyte': 'stg_mixpanel__exports',
}[var('mixpanel_layout')] -%}
{%- set made_up =
    "'^([$]device:.*|[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+)$'" %}

with

events as (

    select * from {{ ref(layout_events) }}

),

usable as (

    select * from events
    where quarantine_reason is null

),

identified as (

    select
        mixpanel_insert_id,
        coalesce(
            {{ json_text('properties', '$anon_id') }},
            {{ json_text('properties', 'anon_id') }},
            {{ json_text('properties', '$anon_distinct_id') }},
            {{ json_text('properties', 'anon_distinct_id') }},
            distinct_id_before_identity,
            device_id
        ) as first_id,
        coalesce(
            {{ json_text('properties', '$identified_id') }},
            {{ json_text('properties', 'identified_id') }},
            customer_external_id,
            distinct_id
        ) as second_id,
        occurred_at
    from usable
    where event_name = '$identify'

),

aliased as (

    select
        mixpanel_insert_id,
        coalesce(
            {{ json_text('properties', 'distinct_id') }}, distinct_id
        ) as first_id,
        {{ json_text('properties', 'alias') }} as second_id,
        occurred_at
    from usable
    where event_name = '$create_alias'

),

-- Airbyte writes a list as Python prints it, with single quotes.
merges_named as (

    select
        mixpanel_insert_id,
        coalesce(
            {{ json_text('properties', '$distinct_ids') }},
            replace(
                {{ json_text('properties', 'distinct_ids') }},
                {{ text_literal("'") }},
                '"'
            )
        ) as distinct_ids,
        occurred_at
    from usable
    where event_name = '$merge'

),

merged as (

    select
        mixpanel_insert_id,
        {{ json_text('distinct_ids', [0]) }} as first_id,
        {{ json_text('distinct_ids', [1]) }} as second_id,
        occurred_at
    from merges_named

),

resolved_by_mixpanel as (

    select
        mixpanel_insert_id,
        distinct_id_before_identity as first_id,
        distinct_id as second_id,
        occurred_at
    from usable
    where event_name not in ('$identify', '$create_alias', '$merge')

),

sent_with_user_id as (

    select
        mixpanel_insert_id,
        coalesce(device_id, distinct_id_before_identity, distinct_id)
            as first_id,
        customer_external_id as second_id,
        occurred_at
    from usable

),

-- A merge names its ids in any order, and the id that Mixpanel resolves to may
-- be the device's. Ids that libraries make up tell which one came first.
undirected as (

    select * from merged
    union all
    select * from resolved_by_mixpanel

),

judged as (

    select
        undirected.*,
        {{ text_matches('lower(first_id)', made_up) }} as is_first_made_up,
        {{ text_matches('lower(second_id)', made_up) }} as is_second_made_up
    from undirected

),

directed as (

    select
        mixpanel_insert_id,
        case
            when is_second_made_up and not is_first_made_up then second_id
            else first_id
        end as first_id,
        case
            when is_second_made_up and not is_first_made_up then first_id
            else second_id
        end as second_id,
        occurred_at
    from judged

),

stacked as (

    select * from identified
    union all
    select * from aliased
    union all
    select * from directed
    union all
    select * from sent_with_user_id

),

identity_pairs as (

    select
        mixpanel_insert_id,
        trim(first_id) as first_id,
        trim(second_id) as second_id,
        min(occurred_at) as seen_at
    from stacked
    where
        trim(first_id) <> ''
        and trim(second_id) <> ''
        and {{ small_letters('trim(first_id)') }}
        <> {{ small_letters('trim(second_id)') }}
    group by 1, 2, 3

)

select * from identity_pairs
