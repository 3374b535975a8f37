{{ config(changes_by = ['customer_key']) }}

-- Grain: one customer key that one system holds, and the customer it means.
-- The crosswalk has the last word, about the key itself before the key that it
-- was resolved to, and for one system before all of them.

with

int_resolved_customer_keys as (

    select * from {{ ref('int_resolved_customer_keys') }}

),

int_requester_identifications as (

    select * from {{ ref('int_requester_identifications') }}

),

int_customer_crosswalk as (

    select * from {{ ref('int_customer_crosswalk') }}

),

resolved as (

    select
        int_resolved_customer_keys.source_name,
        int_resolved_customer_keys.customer_key,
        coalesce(
            int_requester_identifications.identified_key,
            int_resolved_customer_keys.resolved_key
        ) as resolved_key,
        case
            when int_requester_identifications.identified_key is not null
                then 'linked_session'
            when int_resolved_customer_keys.customer_key like 'email:%'
                then 'email'
            when
                int_resolved_customer_keys.customer_key
                <> int_resolved_customer_keys.resolved_key
                then 'anonymous_id'
            when int_resolved_customer_keys.customer_key like 'external:%'
                then 'external_id'
            else 'own_key'
        end as resolved_by
    from int_resolved_customer_keys
    left join int_requester_identifications
        on
            int_resolved_customer_keys.source_name
            = int_requester_identifications.source_name
            and int_resolved_customer_keys.customer_key
            = int_requester_identifications.requester_key

),

lookups as (

    select
        source_name,
        customer_key,
        customer_key as lookup_key,
        1 as lookup_rank
    from resolved
    union all
    select
        source_name,
        customer_key,
        resolved_key as lookup_key,
        2 as lookup_rank
    from resolved
    where resolved_key <> customer_key

),

crosswalk_matches as (

    select
        lookups.source_name,
        lookups.customer_key,
        int_customer_crosswalk.customer_id,
        row_number() over (
            partition by lookups.source_name, lookups.customer_key
            order by
                lookups.lookup_rank,
                case
                    when int_customer_crosswalk.source_name is null then 2
                    else 1
                end
        ) as match_rank
    from lookups
    inner join int_customer_crosswalk
        on
            lookups.lookup_key = int_customer_crosswalk.customer_key
            and (
                lookups.source_name = int_customer_crosswalk.source_name
                or int_customer_crosswalk.source_name is null
            )

),

customers as (

    select
        resolved.source_name,
        resolved.customer_key,
        coalesce(crosswalk_matches.customer_id, resolved.resolved_key)
            as customer_id,
        case
            when crosswalk_matches.customer_id is null
                then resolved.resolved_by
            else 'crosswalk'
        end as resolved_by
    from resolved
    left join crosswalk_matches
        on
            resolved.source_name = crosswalk_matches.source_name
            and resolved.customer_key = crosswalk_matches.customer_key
            and crosswalk_matches.match_rank = 1

)

select * from customers
