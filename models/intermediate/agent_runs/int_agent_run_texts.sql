{{ config(
    materialized = 'view',
    slice_by = 'run_id',
    changes_by = ['run_id']
) }}

-- Grain: one run with the two texts of its turn, still as logged. The texts of
-- the step that speaks for the run come first, then those of its other roots.
-- A model call's texts count only where the turn is logged nowhere else: an
-- agent that failed before it answered leaves a half-done call behind. Whoever
-- reads more of them has to keep more in int_langfuse__agent_steps.

with

steps_in_order as (

    select * from {{ ref('int_agent_steps_in_order') }}

),

sorted_by_kind as (

    select
        source_name,
        run_id,
        step_number,
        rank_in_run,
        case when is_root then logged_input end as root_input,
        case when is_root and rank_in_run = 1 then logged_output end
            as run_output,
        case when is_root then logged_output end as root_output,
        case when not is_root and step_kind = 'model_call' then logged_input end
            as call_input,
        case when not is_root and step_kind = 'model_call' then logged_output end
            as call_output

    from steps_in_order

),

-- What the first step was asked, and what the last one answered.
known_texts as (

    select
        source_name,
        run_id,
        {{ first_known('root_input', 'rank_in_run') }} as outer_input,
        coalesce(
            max(run_output),
            {{ first_known('root_output', '-step_number') }}
        ) as outer_output,
        {{ first_known('call_input', 'step_number') }} as call_input,
        {{ first_known('call_output', '-step_number') }} as call_output

    from sorted_by_kind

    group by 1, 2

),

agent_run_texts as (

    select
        source_name,
        run_id,
        case
            when outer_input is null and outer_output is null then call_input
            else outer_input
        end as logged_input,
        case
            when outer_input is null and outer_output is null then call_output
            else outer_output
        end as logged_output

    from known_texts

)

select * from agent_run_texts
