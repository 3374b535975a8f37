{{ config(
    slice_by = 'event_id',
    changes_by = ['event_id']
) }}

-- Grain: one product event and the downstream action it is evidence for. Only
-- events that the seed names come through: products send a hundred times more.
-- One tool calls "invoice_downloaded" what the others call "Invoice Downloaded".

with

product_events as (

    select * from {{ ref('int_product_events') }}

),

product_event_customers as (

    select * from {{ ref('int_product_event_customers') }}

),

downstream_actions as (

    select
        *,
        {{ event_name_of('event_name') }} as known_name

    from {{ ref('downstream_actions') }}

),

named_events as (

    select
        product_events.event_id,
        downstream_actions.action_id,
        downstream_actions.page_path as wanted_page_path,
        downstream_actions.property_key,
        downstream_actions.property_value,
        product_events.properties,
        product_events.occurred_at,
        {{ text_replace(
            text_replace(small_letters('product_events.page_path'), '[?#].*$', ''),
            '/+$',
            ''
        ) }} as page_path

    from product_events

    inner join downstream_actions
        on
            {{ small_letters("replace(product_events.event_name, '_', ' ')") }}
            = {{ small_letters("replace(downstream_actions.known_name, '_', ' ')") }}

),

on_the_wanted_page as (

    select *
    from named_events
    where
        wanted_page_path is null
        or {{ text_like('page_path', small_letters('wanted_page_path')) }}
        or (page_path = '' and wanted_page_path = '/')

),

with_property as (

    -- The case keeps JSON unread unless the action names a property.
    select
        event_id,
        action_id,
        property_key,
        property_value,
        occurred_at,
        case
            when property_key is not null
                then {{ json_text_of_column('properties', 'property_key') }}
        end as found_value

    from on_the_wanted_page

),

action_events as (

    select
        with_property.event_id,
        with_property.action_id,
        product_event_customers.customer_id,
        with_property.occurred_at

    from with_property

    inner join product_event_customers
        on with_property.event_id = product_event_customers.event_id

    where
        product_event_customers.customer_id is not null
        and (
            with_property.property_key is null
            -- some loaders write a true of the event's JSON as "True"
            or {{ text_like(
                small_letters('with_property.found_value'),
                'coalesce(' ~ small_letters('with_property.property_value')
                ~ ", '%')"
            ) }}
        )

)

select * from action_events
