-- Grain: one fit of the intents, and one pair of the intent that conversations had
-- before it and the one they have since.

with

lineage as (

    select * from {{ ref('int_intent_lineage') }}

),

intent_lineage as (

    select
        cast(fit_number as bigint) as fit_number,
        cast(from_intent_id as {{ dbt.type_string() }}) as from_intent_id,
        cast(from_intent_label as {{ dbt.type_string() }})
            as from_intent_label,
        cast(to_intent_id as {{ dbt.type_string() }}) as to_intent_id,
        cast(to_intent_label as {{ dbt.type_string() }}) as to_intent_label,
        cast(change as {{ dbt.type_string() }}) as change,
        cast(conversation_count as bigint) as conversation_count,
        {{ ratio(
            'conversation_count',
            'sum(conversation_count) over'
            ~ ' (partition by fit_number, from_intent_id)'
        ) }} as share_of_from,
        {{ ratio(
            'conversation_count',
            'sum(conversation_count) over'
            ~ ' (partition by fit_number, to_intent_id)'
        ) }} as share_of_to

    from lineage

)

select * from intent_lineage
