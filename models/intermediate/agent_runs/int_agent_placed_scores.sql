-- Grain: one score, on the trace session it belongs to: its run's, else the one
-- it names. The session is null when neither is in the data. Where two trace
-- stores hold a customer's rating of the same run, or of the same session, it is
-- one rating: that of the store named first.
{%- set feedback_names =
    (var('feedback_score_names') | map('lower') | list) or [''] %}

with

agent_scores as (

    select * from {{ ref('int_agent_scores') }}

),

placed_runs as (

    select * from {{ ref('int_agent_placed_runs') }}

),

sessions as (

    select
        source_name,
        source_rank,
        own_session_id,
        min(trace_session_id) as trace_session_id

    from placed_runs

    group by 1, 2, 3

),

placed as (

    select
        agent_scores.source_name || ':' || agent_scores.score_id as score_id,
        agent_scores.source_name,
        coalesce(placed_runs.source_rank, sessions.source_rank) as source_rank,
        coalesce(placed_runs.trace_session_id, sessions.trace_session_id)
            as trace_session_id,
        coalesce(
            'run:' || placed_runs.kept_source_name
            || ':' || placed_runs.kept_run_id,
            'run:' || placed_runs.source_name || ':' || placed_runs.run_id,
            'session:' || sessions.trace_session_id
        ) as subject,
        agent_scores.score_name,
        agent_scores.score_kind,
        agent_scores.score_value,
        agent_scores.score_label,
        agent_scores.score_name in (
            {%- for feedback_name in feedback_names %}
            {{ text_literal(feedback_name) }}{{ "," if not loop.last }}
            {%- endfor %}
        ) as is_feedback,
        coalesce(placed_runs.ended_at, placed_runs.started_at)
            as scored_answer_at,
        agent_scores.scored_at,
        agent_scores.loaded_at

    from agent_scores

    left join placed_runs
        on
            agent_scores.source_name = placed_runs.source_name
            and agent_scores.run_id = placed_runs.run_id

    left join sessions
        on
            agent_scores.source_name = sessions.source_name
            and agent_scores.session_ref = sessions.own_session_id

),

agent_placed_scores as (

    select
        score_id,
        source_name,
        trace_session_id,
        score_name,
        score_kind,
        score_value,
        score_label,
        is_feedback,
        is_feedback
        and subject is not null
        and source_rank > min(source_rank) over (
            partition by subject, is_feedback
        ) as is_copy,
        scored_answer_at,
        scored_at,
        loaded_at

    from placed

)

select * from agent_placed_scores
