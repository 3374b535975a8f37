{{ config(
    materialized = 'view',
    slice_by = 'run_id',
    changes_by = ['run_id']
) }}

-- Grain: one step of a run. Evaluators are left out: they judge a turn, often
-- long after the customer has read the answer, and are no part of it. A run of
-- evaluators alone is no turn.
-- step_number counts in time; rank_in_run is who speaks for the run first: the
-- step that bears the run's own id, then other roots, of those the first with
-- an input, then any step in time.

with

agent_steps as (

    select * from {{ ref('int_agent_steps') }}

),

steps_in_order as (

    select
        *,
        row_number() over (
            partition by source_name, run_id
            order by started_at nulls last, step_id
        ) as step_number,
        row_number() over (
            partition by source_name, run_id
            order by
                case when is_root then 1 else 2 end,
                case when step_id = run_id then 1 else 2 end,
                case when is_root and logged_input is null then 2 else 1 end,
                started_at nulls last,
                step_id
        ) as rank_in_run

    from agent_steps

    where step_kind <> 'evaluator'

)

select * from steps_in_order
