-- Grain: one row of int_agent_run_words, numbered among those with the same words
-- in the same place. A moment is a time at which they were written, in whatever
-- store: the same words again, later on, are a new moment, so a store that was
-- switched on in mid-session has no copy of the earlier one. In a moment the
-- n-th copy in one store answers to the n-th in the other, so a customer who
-- wrote the same twice keeps both.
{%- set same_words = 'partition by place, author_role, words' %}

with

agent_run_words as (

    select * from {{ ref('int_agent_run_words') }}

),

previous as (

    select
        *,
        lag(started_at) over (
            {{ same_words }}
            order by started_at nulls last, source_rank nulls last, run_id
        ) as previous_started_at

    from agent_run_words

),

moments as (

    select
        *,
        sum(
            case
                when
                    {{ seconds_between('previous_started_at', 'started_at') }}
                    <= {{ var('duplicate_message_minutes') }} * 60
                    then 0
                else 1
            end
        ) over (
            {{ same_words }}
            order by started_at nulls last, source_rank nulls last, run_id
            rows unbounded preceding
        ) as moment_number

    from previous

),

copies as (

    select
        *,
        row_number() over (
            {{ same_words }}, moment_number, source_name
            order by started_at nulls last, run_id
        ) as copy_number

    from moments

),

agent_run_copies as (

    select
        *,
        row_number() over (
            {{ same_words }}, moment_number, copy_number
            order by source_rank nulls last
        ) as tool_number

    from copies

)

select * from agent_run_copies
