-- Grain: one intent that a conversation can have: learned ones, those that the
-- help desk names, and 'unclassified' for what fits none. Merged and hidden
-- intents are left out.

with

intent_terms as (

    select * from {{ ref('int_intent_terms') }}

),

claimed_intents as (

    select * from {{ ref('int_conversation_claimed_intents') }}

),

overrides as (

    select * from {{ ref('intent_overrides') }}

),

learned as (

    select
        intent_id,
        intent_label,
        'model' as label_source,
        first_fit,
        retired_at_fit,
        {{ dbt.listagg(
            'case when term_rank <= 6 then word end',
            "', '",
            'order by term_rank'
        ) }} as top_terms

    from intent_terms

    group by 1, 2, 3, 4, 5

),

spellings as (

    select
        intent_id,
        claimed_label,
        count(*) as conversation_count

    from claimed_intents

    group by 1, 2

),

ranked_spellings as (

    select
        *,
        row_number() over (
            partition by intent_id
            order by conversation_count desc, claimed_label asc
        ) as place

    from spellings

),

claimed as (

    select
        ranked_spellings.intent_id,
        ranked_spellings.claimed_label as intent_label,
        'vendor_label' as label_source

    from ranked_spellings

    left join learned
        on ranked_spellings.intent_id = learned.intent_id

    where
        ranked_spellings.place = 1
        and learned.intent_id is null

),

intents as (

    select
        intent_id,
        intent_label,
        label_source,
        top_terms,
        first_fit,
        retired_at_fit

    from learned

    union all

    select
        intent_id,
        intent_label,
        label_source,
        cast(null as {{ dbt.type_string() }}) as top_terms,
        cast(null as bigint) as first_fit,
        cast(null as bigint) as retired_at_fit

    from claimed

    union all

    select
        'unclassified' as intent_id,
        'unclassified' as intent_label,
        'none' as label_source,
        cast(null as {{ dbt.type_string() }}) as top_terms,
        cast(null as bigint) as first_fit,
        cast(null as bigint) as retired_at_fit

),

shown as (

    select
        intents.intent_id,
        coalesce(overrides.label, intents.intent_label) as intent_label,
        case
            when overrides.label is not null then 'override'
            else intents.label_source
        end as label_source,
        intents.top_terms,
        intents.first_fit,
        intents.retired_at_fit

    from intents

    left join overrides
        on intents.intent_id = overrides.intent_id

    where coalesce(overrides.action, 'rename') in ('rename', 'pin')

)

select * from shown
