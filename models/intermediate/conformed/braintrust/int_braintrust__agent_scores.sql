{{ config(enabled = 'braintrust' in var('trace_sources')) }}

-- Grain: one score or classification that a span carries, by its name. Braintrust
-- keeps no time of a score: a scorer's span tells its own, what a customer or a
-- colleague scored later bears the time at which the scored span ended. A score
-- logged outside the scored trace is of the conversation that its span names.

with

spans as (

    select * from {{ ref('int_braintrust__spans') }}

),

score_entries as (

    select
        run_id,
        session_ref,
        source_row_id,
        coalesce(ended_at, started_at) as scored_at,
        loaded_at,
        {{ each_json_entry('scores_json') }} as entry

    from spans

),

-- A score of null was taken back.
scores as (

    select
        source_row_id || ':' || {{ json_text('entry', [0]) }} as score_id,
        run_id,
        session_ref,
        {{ small_letters('trim(' ~ json_text('entry', [0]) ~ ')') }} as score_name,
        case
            when lower({{ json_text('entry', [1]) }}) in ('true', 'false')
                then 'boolean'
            else 'number'
        end as score_kind,
        case lower({{ json_text('entry', [1]) }})
            when 'true' then 1
            when 'false' then 0
            else {{ try_cast(
                json_text('entry', [1]), 'double precision'
            ) }}
        end as score_value,
        case
            when lower({{ json_text('entry', [1]) }}) in ('true', 'false')
                then lower({{ json_text('entry', [1]) }})
        end as score_label,
        scored_at,
        loaded_at

    from score_entries

),

classification_entries as (

    select
        run_id,
        session_ref,
        source_row_id,
        coalesce(ended_at, started_at) as scored_at,
        loaded_at,
        {{ each_json_entry('classifications_json') }} as entry

    from spans

),

-- Of several labels the first is the likeliest.
classifications as (

    select
        source_row_id || ':classification:' || {{ json_text('entry', [0]) }}
            as score_id,
        run_id,
        session_ref,
        {{ small_letters('trim(' ~ json_text('entry', [0]) ~ ')') }} as score_name,
        'category' as score_kind,
        cast(null as {{ type_double() }}) as score_value,
        coalesce(
            {{ json_text('entry', [1, 0, 'label']) }},
            {{ json_text('entry', [1, 0, 'id']) }}
        ) as score_label,
        scored_at,
        loaded_at

    from classification_entries

),

agent_scores as (

    select
        'braintrust' as source_name,
        score_id,
        run_id,
        session_ref,
        score_name,
        score_kind,
        score_value,
        score_label,
        scored_at,
        loaded_at

    from scores

    where score_name <> '' and score_value is not null

    union all

    select
        'braintrust' as source_name,
        score_id,
        run_id,
        session_ref,
        score_name,
        score_kind,
        score_value,
        score_label,
        scored_at,
        loaded_at

    from classifications

    where score_name <> '' and score_label is not null

)

select * from agent_scores
