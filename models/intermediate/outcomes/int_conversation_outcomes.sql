{{ config(changes_by = ['conversation_id']) }}

-- Grain: one eligible conversation with its one outcome, the first that fits
-- (metrics.md 4).

with

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible

),

data_edges as (

    select * from {{ ref('int_data_edges') }}

),

recontacts as (

    select * from {{ ref('int_recontacts') }}
    where window_hours = {{ var('recontact_window_hours') }}

),

resolution_confidence as (

    select * from {{ ref('int_resolution_confidence') }}

),

contradictions as (

    select conversation_id

    from {{ ref('int_instructions') }}

    where is_contradicted

    group by 1

),

conversation_outcomes as (

    select
        conversations.conversation_id,
        case
            when not conversations.is_closed then 'open'
            when
                {{ dbt.dateadd(
                    'hour',
                    var('recontact_window_hours'),
                    'conversations.resolved_at'
                ) }}
                > data_edges.data_as_of
                then 'immature'
            when recontacts.has_recontact then 'recontacted'
            when contradictions.conversation_id is not null then 'contradicted'
            when
                resolution_confidence.is_last_customer_message_unanswered
                or resolution_confidence.is_left_negative
                then 'abandoned'
            when resolution_confidence.is_customer_confirmed then 'confirmed'
            when
                resolution_confidence.resolution_confidence
                >= {{ var('confidence_threshold') }}
                then 'presumed'
            else 'ambiguous'
        end as outcome

    from conversations

    cross join data_edges

    left join recontacts
        on conversations.conversation_id = recontacts.conversation_id

    left join contradictions
        on conversations.conversation_id = contradictions.conversation_id

    left join resolution_confidence
        on
            conversations.conversation_id
            = resolution_confidence.conversation_id

)

select * from conversation_outcomes
