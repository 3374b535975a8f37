{{ config(
    slice_by = 'thread_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_conversation_claimed_intents': ['conversation_id', 'int_conversations'],
        'int_opening_intents': ['conversation_id', 'int_conversations'],
    }
) }}

-- Grain: one conversation; every one has a row. What the help desk itself says
-- comes before what the opening's terms tell, and people have the last word.
-- Where nothing tells clearly, the conversation is 'unclassified', or takes the
-- intent of the one it continues.

with

conversations as (

    select * from {{ ref('int_conversations') }}

),

claimed_intents as (

    select * from {{ ref('int_conversation_claimed_intents') }}

),

opening_intents as (

    select * from {{ ref('int_opening_intents') }}

),

overrides as (

    select * from {{ ref('intent_overrides') }}

),

told as (

    select
        conversations.conversation_id,
        conversations.thread_id,
        conversations.conversation_number,
        opening_intents.intent_margin,
        coalesce(opening_intents.is_merged, false)
        and claimed_intents.intent_id is null as is_merged,
        case
            when claimed_intents.intent_id is not null then 'vendor_label'
            when
                opening_intents.intent_margin >= {{ var('intent_min_margin') }}
                then 'model'
            else 'none'
        end as told_by,
        case
            when claimed_intents.intent_id is not null
                then claimed_intents.intent_id
            when
                opening_intents.intent_margin >= {{ var('intent_min_margin') }}
                then opening_intents.intent_id
        end as told_intent_id

    from conversations

    left join claimed_intents
        on conversations.conversation_id = claimed_intents.conversation_id

    left join opening_intents
        on conversations.conversation_id = opening_intents.conversation_id

),

merged as (

    select
        told.conversation_id,
        told.thread_id,
        told.conversation_number,
        told.intent_margin,
        told.told_by,
        coalesce(merge_overrides.target_intent_id, told.told_intent_id)
            as told_intent_id,
        told.is_merged or merge_overrides.intent_id is not null as is_merged

    from told

    left join overrides as merge_overrides
        on told.told_intent_id = merge_overrides.intent_id
        and merge_overrides.action = 'merge'

),

decided as (

    select
        merged.conversation_id,
        merged.thread_id,
        merged.conversation_number,
        merged.intent_margin,
        case when hides.intent_id is null then merged.told_intent_id end
            as intent_id,
        case
            when merged.told_by = 'none' then 'none'
            when hides.intent_id is not null or merged.is_merged
                then 'override'
            else merged.told_by
        end as intent_source

    from merged

    left join overrides as hides
        on merged.told_intent_id = hides.intent_id
        and hides.action = 'hide'

),

-- Within a thread, each conversation with an intent begins a run that those
-- after it belong to until the next one with an intent.
runs as (

    select
        *,
        count(intent_id) over (
            partition by thread_id
            order by conversation_number, conversation_id
            rows between unbounded preceding and current row
        ) as run_number

    from decided

),

continued as (

    select
        *,
        max(intent_id) over (
            partition by thread_id, run_number
        ) as run_intent_id

    from runs

),

final as (

    select
        conversation_id,
        thread_id,
        case
            when intent_id is not null then intent_id
            when intent_source = 'none' and run_intent_id is not null
                then run_intent_id
            else 'unclassified'
        end as intent_id,
        intent_margin,
        case
            when intent_source = 'none' and run_intent_id is not null
                then 'previous_conversation'
            else intent_source
        end as intent_source

    from continued

)

select * from final
