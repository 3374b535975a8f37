{{ config(changes_by = ['trace_session_id']) }}

-- Grain: one score that is no customer's rating. A number outside 0 to 1, and
-- the number behind a category or a text, is no share: the score is null then.

with

placed_scores as (

    select * from {{ ref('int_agent_placed_scores') }}

),

evaluations as (

    select
        score_id as evaluation_id,
        source_name,
        trace_session_id,
        score_name as evaluator_name,
        case
            when
                score_kind in ('number', 'boolean')
                and score_value between 0 and 1
                then score_value
        end as score,
        -- Engines print 1.5 alike only with fixed decimals.
        case
            when score_kind in ('category', 'boolean') then score_label
            when score_kind = 'number'
                then cast(
                    {{ try_cast('score_value', 'numeric(28, 4)') }}
                    as {{ dbt.type_string() }}
                )
        end as label,
        scored_answer_at as evaluated_answer_at,
        scored_at as evaluated_at,
        loaded_at

    from placed_scores

    where not is_feedback

)

select * from evaluations
