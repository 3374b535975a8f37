{{ config(changes_by = ['conversation_id']) }}

-- Grain: a closed conversation and a later contact of the same customer, opened
-- after the first was resolved and within the widest window (168 hours, the last
-- instant counts). Whether the two are about the same issue is decided later.

with

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_linkable and is_customer_contact

),

recontact_pairs as (

    select
        earlier.conversation_id,
        later.conversation_id as next_conversation_id,
        earlier.customer_id,
        earlier.thread_id = later.thread_id as is_same_thread,
        earlier.resolved_at,
        later.opened_at as next_opened_at

    from conversations as earlier

    inner join conversations as later
        on
            earlier.customer_id = later.customer_id
            and earlier.resolved_at < later.opened_at
            and {{ dbt.dateadd('hour', 168, 'earlier.resolved_at') }}
            >= later.opened_at

    where earlier.is_closed

)

select * from recontact_pairs
