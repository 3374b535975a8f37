-- Grain: one requester of a help desk whose tickets and trace sessions name each
-- other, and the one customer whom those sessions know. A requester whose
-- sessions know several customers is a shared account and is left out.

with

int_link_named_pairs as (

    select * from {{ ref('int_link_named_pairs') }}

),

int_tickets as (

    select * from {{ ref('int_tickets') }}

),

int_trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

int_resolved_customer_keys as (

    select * from {{ ref('int_resolved_customer_keys') }}

),

keyed as (

    select
        int_tickets.source_name,
        {{ own_customer_key(
            'int_tickets.source_name', 'int_tickets.requester_id'
        ) }} as requester_key,
        int_trace_sessions.source_name as session_source_name,
        coalesce(
            {{ customer_key_of(
                'external', 'int_trace_sessions.customer_external_id'
            ) }},
            {{ customer_key_of(
                'email', 'int_trace_sessions.customer_email'
            ) }},
            {{ customer_key_of(
                'anonymous', 'int_trace_sessions.customer_anonymous_id'
            ) }}
        ) as session_key
    from int_link_named_pairs
    inner join int_tickets
        on int_link_named_pairs.ticket_id = int_tickets.ticket_id
    inner join int_trace_sessions
        on
            int_link_named_pairs.trace_session_id
            = int_trace_sessions.trace_session_id

),

-- A device that nobody identified says nothing about who wrote the ticket.
resolved as (

    select
        keyed.source_name,
        keyed.requester_key,
        int_resolved_customer_keys.resolved_key
    from keyed
    inner join int_resolved_customer_keys
        on
            keyed.session_source_name = int_resolved_customer_keys.source_name
            and keyed.session_key = int_resolved_customer_keys.customer_key
    where
        keyed.requester_key is not null
        and int_resolved_customer_keys.resolved_key not like 'anonymous:%'

),

requester_identifications as (

    select
        source_name,
        requester_key,
        min(resolved_key) as identified_key
    from resolved
    group by 1, 2
    having min(resolved_key) = max(resolved_key)

)

select * from requester_identifications
