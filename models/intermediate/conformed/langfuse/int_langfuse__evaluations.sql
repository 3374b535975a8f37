{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one score that is no customer's rating. A number outside 0 to 1, and
-- the number behind a category or a text, is no share: the score is null then.
with

scores as (

    select * from {{ ref('int_langfuse__scores') }}

),

evaluations as (

    select
        score_id as evaluation_id,
        'langfuse' as source_name,
        trace_session_id,
        score_name as evaluator_name,
        case
            when data_type in ('NUMERIC', 'BOOLEAN')
                and score_value between 0 and 1
                then score_value
        end as score,
        -- Free text may quote the customer; only categories are kept. Engines
        -- print 1.5 alike only with fixed decimals.
        case
            when data_type in ('CATEGORICAL', 'BOOLEAN') then score_label
            when data_type = 'NUMERIC'
                then cast(
                    {{ dbt.safe_cast('score_value', 'numeric(28, 4)') }}
                    as {{ dbt.type_string() }}
                )
        end as label, -- noqa: RF04
        scored_at as evaluated_at,
        loaded_at

    from scores

    where not is_feedback

)

select * from evaluations
