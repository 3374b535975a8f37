-- Grain: one run that a tool named earlier in trace_sources recorded as well,
-- with the copy that is kept there. Two runs are one when they hold the same
-- words of the customer (where one lacks them, the same answer), in one session
-- or both of one customer without a session, and start close in time.

with

copies as (

    select * from {{ ref('int_agent_run_copies') }}

),

pairs as (

    select
        later_tool.source_name,
        later_tool.run_id,
        later_tool.started_at,
        first_tool.source_name as kept_source_name,
        first_tool.run_id as kept_run_id,
        first_tool.started_at as kept_started_at,
        min(case later_tool.author_role when 'customer' then 1 else 2 end)
            as evidence_rank

    from copies as later_tool

    inner join copies as first_tool
        on
            later_tool.place = first_tool.place
            and later_tool.author_role = first_tool.author_role
            and later_tool.words = first_tool.words
            and later_tool.moment_number = first_tool.moment_number
            and later_tool.copy_number = first_tool.copy_number

    where
        later_tool.tool_number > 1
        and first_tool.tool_number = 1
        and abs({{ seconds_between(
            'first_tool.started_at', 'later_tool.started_at'
        ) }}) <= {{ var('duplicate_message_minutes') }} * 60
        and (
            later_tool.author_role = 'customer'
            or not later_tool.has_customer_text
            or not first_tool.has_customer_text
        )

    group by 1, 2, 3, 4, 5, 6

),

-- No run is a copy of two, and none has two copies in one tool.
ranked as (

    select
        *,
        row_number() over (
            partition by source_name, run_id
            order by
                evidence_rank nulls last,
                kept_started_at nulls last,
                kept_source_name,
                kept_run_id
        ) as choice_rank,
        row_number() over (
            partition by kept_source_name, kept_run_id, source_name
            order by evidence_rank nulls last, started_at nulls last, run_id
        ) as copy_rank

    from pairs

),

agent_runs_recorded_twice as (

    select
        source_name,
        run_id,
        kept_source_name,
        kept_run_id

    from ranked

    where choice_rank = 1 and copy_rank = 1

)

select * from agent_runs_recorded_twice
