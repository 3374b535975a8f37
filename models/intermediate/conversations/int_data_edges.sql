-- Grain: one row, how far the data reaches. The traces and the tickets each
-- have their own edge; what is known of a conversation ends at the earlier of
-- the two. A ticket's updated_at is left out: help desks touch old tickets
-- long after anything happened in them.

with

messages as (

    select * from {{ ref('int_messages') }}

),

trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

tickets as (

    select * from {{ ref('int_tickets') }}

),

ticket_events as (

    select * from {{ ref('int_ticket_events') }}

),

product_events as (

    select * from {{ ref('int_product_events') }}

),

trace_times as (

    select sent_at as happened_at from messages
    where trace_session_id is not null
    union all
    select ended_at as happened_at from trace_sessions

),

ticket_times as (

    select sent_at as happened_at from messages
    where ticket_id is not null
    union all
    select created_at as happened_at from tickets
    union all
    select occurred_at as happened_at from ticket_events

),

traces as (

    select max(happened_at) as traces_newest_at from trace_times

),

help_desk as (

    select max(happened_at) as tickets_newest_at from ticket_times

),

events as (

    select
        min(occurred_at) as events_first_at,
        max(occurred_at) as events_newest_at

    from product_events

),

overridden as (

    select {{ utc_timestamp(
        'nullif(' ~ text_literal(var('as_of')) ~ ", '')"
    ) }} as as_of

),

edges as (

    select
        traces.traces_newest_at,
        help_desk.tickets_newest_at,
        coalesce(
            overridden.as_of,
            least(
                coalesce(traces.traces_newest_at, help_desk.tickets_newest_at),
                coalesce(help_desk.tickets_newest_at, traces.traces_newest_at)
            )
        ) as data_as_of,
        events.events_first_at,
        least(
            events.events_newest_at,
            coalesce(overridden.as_of, events.events_newest_at)
        ) as events_newest_at

    from traces

    cross join help_desk

    cross join events

    cross join overridden

)

select * from edges
