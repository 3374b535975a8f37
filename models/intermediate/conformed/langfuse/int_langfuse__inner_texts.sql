{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one trace that lacks an input or an output of its own, with what its
-- observations hold instead: some SDKs log a turn on the root span only, some
-- on the model calls only.
{%- set layout_observations = {
    'legacy': 'stg_langfuse__observations',
    'v2': 'stg_langfuse__observations_v2',
}[var('langfuse_layout')] %}
{%- set contents = [
    'trace_id', 'started_at', 'is_root', 'logged_input', 'logged_output',
] %}

with

traces as (

    select * from {{ ref('int_langfuse__traces') }}

),

observations as (

    select * from {{ ref(layout_observations) }}

),

traces_lacking_text as (

    select trace_id from traces
    where logged_input is null or logged_output is null

),

steps as (

    select observations.*
    from observations

    inner join traces_lacking_text
        on observations.trace_id = traces_lacking_text.trace_id

    where observations.quarantine_reason is null
        and (
            observations.is_root
            or observations.observation_type = 'GENERATION'
        )

),

versions as (

    select
        source_row_id,
        is_deleted,
        {{ contents | join(', ') }},
        row_number() over (
            partition by source_row_id
            order by loaded_at desc, {{ row_fingerprint(contents) }} desc
        ) as version_number

    from steps

),

ordered as (

    select
        *,
        row_number() over (
            partition by trace_id order by started_at, source_row_id
        ) as step_number

    from versions

    where version_number = 1 and not is_deleted

),

sorted_by_kind as (

    select
        trace_id,
        step_number,
        case when is_root then logged_input end as root_input,
        case when is_root then logged_output end as root_output,
        case when not is_root then logged_input end as generation_input,
        case when not is_root then logged_output end as generation_output

    from ordered

),

-- What the first step was asked, and what the last one answered.
inner_texts as (

    select
        trace_id,
        {{ first_known('root_input', 'step_number') }} as root_input,
        {{ first_known('root_output', '-step_number') }} as root_output,
        {{ first_known('generation_input', 'step_number') }}
            as generation_input,
        {{ first_known('generation_output', '-step_number') }}
            as generation_output

    from sorted_by_kind

    group by 1

)

select * from inner_texts
