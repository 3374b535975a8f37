-- Grain: one rating by a customer, once however many stores hold it. A trace store learns only of answers, so
-- every survey it knows was answered; thumbs and stars judge the AI agent.
{%- set worst = var('feedback_worst') %}
{%- set range = var('feedback_best') - worst %}

with

placed_scores as (

    select * from {{ ref('int_agent_placed_scores') }}

),

feedback as (

    select
        *,
        {{ ratio('score_value - (' ~ worst ~ ')', range) }} as scale_position,
        lower(score_label) as word

    from placed_scores

    where is_feedback and not is_copy

),

-- A word is read before its number: stores write a category's number as 0
-- unless somebody numbered it. Words and numbers in the middle are neutral.
csat_responses as (

    select
        score_id as csat_id,
        source_name,
        cast(null as {{ dbt.type_string() }}) as ticket_id,
        trace_session_id,
        'ai' as rated_target,
        case
            when score_kind = 'category' and word in (
                'positive', 'good', 'up', 'thumbs_up', 'thumbs-up', 'like',
                'yes', 'helpful', 'satisfied', 'true'
            ) then 1
            when score_kind = 'category' and word in (
                'negative', 'bad', 'down', 'thumbs_down', 'thumbs-down',
                'dislike', 'no', 'unhelpful', 'not_helpful', 'unsatisfied',
                'false'
            ) then -1
            when score_kind = 'category' then 0
            when scale_position > 0.67 then 1
            when scale_position < 0.33 then -1
            when scale_position is not null then 0
        end as score,
        coalesce(
            score_label,
            cast(
                {{ try_cast('score_value', 'numeric(28, 4)') }}
                as {{ dbt.type_string() }}
            )
        ) as score_raw,
        scored_at as offered_at,
        scored_at as answered_at,
        loaded_at

    from feedback

)

select * from csat_responses
