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

ids as (

    select
        source_name,
        'external' as key_kind,
        external_id as raw_id
    from raw_keys
    union
    select
        source_name,
        'email' as key_kind,
        email as raw_id
    from raw_keys
    union
    select
        source_name,
        'anonymous' as key_kind,
        anonymous_id as raw_id
    from raw_keys
    union
    select
        source_name,
        'own' as key_kind,
        requester_id as raw_id
    from int_tickets

),

valued as (

    select
        source_name,
        key_kind,
        raw_id,
        {{ customer_key_value('raw_id') }} as key_value
    from ids

    {{ computed_once() }}

),

known_customer_keys as (

    select
        source_name,
        case key_kind
            when 'external'
                then {{ customer_key_of('external', 'raw_id', 'key_value') }}
            when 'email'
                then {{ customer_key_of('email', 'raw_id', 'key_value') }}
            when 'anonymous'
                then {{ customer_key_of('anonymous', 'raw_id', 'key_value') }}
            else {{ own_customer_key('source_name', 'raw_id', 'key_value') }}
        end as customer_key,
        key_value

    from valued

    where key_value is not null

    group by 1, 2, 3

)

select * from known_customer_keys
