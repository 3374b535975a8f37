{{ config(enabled = 'langsmith' in var('trace_sources')) }}

-- Grain: one piece of feedback in its newest version. It may name any step: the
-- run is that step's. One or two words beside or instead of a number are a
-- category; anything longer may quote a customer and stays behind.
{%- set contents = [
    'step_id', 'trace_id', 'session_ref', 'score_name', 'score_text',
    'value_text', 'scored_at',
] %}
{%- set short_word = "'^[A-Za-z0-9_-]{1,30}( [A-Za-z0-9_-]{1,30})?$'" %}

with

feedback as (

    select * from {{ ref('stg_langsmith__feedback') }}

),

whole_runs as (

    select * from {{ ref('int_langsmith__whole_runs') }}

),

versions as (

    select
        *,
        row_number() over (
            partition by source_row_id
            order by loaded_at desc, {{ row_fingerprint(contents) }} desc
        ) as version_number

    from feedback

    where quarantine_reason is null

),

-- Some send the verdict as the score, some as the value.
verdicts as (

    select
        *,
        coalesce(score_text, {{ small_letters('value_text') }}) as verdict_text,
        {{ try_cast(
            'coalesce(score_text, value_text)', 'double precision'
        ) }} as verdict_number,
        case
            when {{ text_matches('value_text', short_word) }} then value_text
        end as short_value

    from versions

    where version_number = 1

),

agent_scores as (

    select
        'langsmith' as source_name,
        verdicts.source_row_id as score_id,
        coalesce(verdicts.trace_id, whole_runs.run_id, verdicts.step_id)
            as run_id,
        verdicts.session_ref,
        verdicts.score_name,
        case
            when verdicts.verdict_text in ('true', 'false') then 'boolean'
            when verdicts.verdict_number is not null then 'number'
            when verdicts.short_value is not null then 'category'
            else 'text'
        end as score_kind,
        case verdicts.verdict_text
            when 'true' then 1
            when 'false' then 0
            else verdicts.verdict_number
        end as score_value,
        case
            when verdicts.verdict_text in ('true', 'false')
                then verdicts.verdict_text
            when verdicts.verdict_number is null then verdicts.short_value
        end as score_label,
        verdicts.scored_at,
        verdicts.loaded_at

    from verdicts

    left join whole_runs
        on verdicts.step_id = whole_runs.step_id

)

select * from agent_scores
