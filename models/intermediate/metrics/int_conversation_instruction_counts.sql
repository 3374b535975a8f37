{{ config(changes_by = ['conversation_id']) }}

-- Grain: one eligible conversation with at least one instruction.

with

instructions as (

    select * from {{ ref('int_instructions') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

baselines as (

    select * from {{ ref('int_instruction_baselines') }}

),

conversation_instruction_counts as (

    select
        instructions.conversation_id,
        count(case when instructions.is_counted then 1 end)
            as instruction_count,
        count(
            case
                when instructions.is_counted and instructions.is_followed then 1
            end
        ) as followed_count,
        -- only these can be followed within the session
        count(
            case
                when
                    instructions.is_counted
                    and instructions.action_kind = 'expected'
                    then 1
            end
        ) as expected_instruction_count,
        count(
            case
                when
                    instructions.is_counted
                    and instructions.is_followed_within_session
                    then 1
            end
        ) as followed_within_session_count,
        count(
            case
                when instructions.is_mature and instructions.is_already_done
                    then 1
            end
        ) as already_done_count,
        min(
            case
                when instructions.is_counted
                    then instructions.time_to_action_seconds
            end
        ) as time_to_action_seconds,
        count(
            case
                when
                    instructions.is_counted
                    and instructions.action_kind = 'expected'
                    and baselines.baseline_rate is not null
                    then 1
            end
        ) as compared_instruction_count,
        -- decimals add up to the same in any order of rows
        sum(
            cast(
                case
                    when
                        instructions.is_counted
                        and instructions.action_kind = 'expected'
                        and baselines.baseline_rate is not null
                        then
                            case
                                when instructions.is_followed then 1.0 else 0.0
                            end
                            - baselines.baseline_rate
                    else 0.0
                end as decimal(18, 9)
            )
        ) as followed_above_baseline

    from instructions

    inner join conversations
        on instructions.conversation_id = conversations.conversation_id

    left join conversation_intents
        on instructions.conversation_id = conversation_intents.conversation_id

    left join baselines
        on
            instructions.action_id = baselines.action_id
            and conversation_intents.intent_id = baselines.intent_id
            and conversations.week_start_date = baselines.week_start_date

    group by 1

)

select * from conversation_instruction_counts
