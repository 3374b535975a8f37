-- Grain: one customer key that one system holds. key_value is the key without
-- its kind: a trace store often holds as user id what an event system holds as
-- anonymous id.

with

int_customer_keys as (

    select * from {{ ref('int_customer_keys') }}

),

int_trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

int_tickets as (

    select * from {{ ref('int_tickets') }}

),

int_product_events as (

    select * from {{ ref('int_product_events') }}

),

raw_keys as (

    select
        source_name,
        external_id,
        email,
        anonymous_id
    from int_customer_keys
    union
    select
        source_name,
        customer_external_id as external_id,
        customer_email as email,
        customer_anonymous_id as anonymous_id
    from int_trace_sessions
    union
    select
        source_name,
        customer_external_id as external_id,
        customer_email as email,
        cast(null as {{ dbt.type_string() }}) as anonymous_id
    from int_tickets
    union
    select
        source_name,
        customer_external_id as external_id,
        customer_email as email,
        anonymous_id
    from int_product_events

),

keys as (

    select
        source_name,
        {{ customer_key_of('external', 'external_id') }} as customer_key,
        {{ customer_key_value('external_id') }} as key_value
    from raw_keys
    union
    select
        source_name,
        {{ customer_key_of('email', 'email') }} as customer_key,
        {{ customer_key_value('email') }} as key_value
    from raw_keys
    union
    select
        source_name,
        {{ customer_key_of('anonymous', 'anonymous_id') }} as customer_key,
        {{ customer_key_value('anonymous_id') }} as key_value
    from raw_keys
    union
    select
        source_name,
        {{ own_customer_key('source_name', 'requester_id') }} as customer_key,
        {{ customer_key_value('requester_id') }} as key_value
    from int_tickets

    {{ computed_once() }}

),

known_customer_keys as (

    select * from keys
    where customer_key is not null

)

select * from known_customer_keys
