{{ config(slice_by = 'source_session_id') }}

-- Grain: one session as one trace store holds it, and the trace session it is
-- part of. A company that changes its trace store, or writes to two, has the
-- same session in both: the tool named first in trace_sources gives its id.
-- The same id for different customers is no such session: many stores number
-- their sessions alike. An id that is a customer's key is hashed in
-- trace_session_id, which marts show.

with

agent_runs as (

    select * from {{ ref('int_agent_runs') }}

),

customer_salt as (

    select * from {{ ref('int_customer_salt') }}

),

numbered as (

    select
        source_name,
        source_session_id,
        case source_name
            {%- for source in var('trace_sources') %}
            when '{{ source }}' then {{ loop.index }}
            {%- endfor %}
            when '' then 0
        end as source_rank,
        {{ customer_key_of('external', 'customer_external_id') }}
            as external_key,
        {{ customer_key_of('email', 'customer_email') }} as email_key,
        {{ customer_key_of('anonymous', 'customer_anonymous_id') }}
            as anonymous_key,
        row_number() over (
            partition by source_name, source_session_id
            order by started_at nulls last, ended_at nulls last, run_id
        ) as run_number

    from agent_runs

),

own_sessions as (

    select
        source_name,
        source_session_id,
        source_rank,
        {{ first_known('external_key', 'run_number') }} as external_key,
        {{ first_known('email_key', 'run_number') }} as email_key,
        {{ first_known('anonymous_key', 'run_number') }} as anonymous_key,
        max(
            case
                when
                    {{ customer_key_of('external', 'source_session_id') }}
                    = external_key
                    or {{ customer_key_of('anonymous', 'source_session_id') }}
                    = anonymous_key
                    then 1
                else 0
            end
        ) as is_customer_key

    from numbered

    group by 1, 2, 3

),

-- Whether one store knows it for a key or both: the id they show is one.
shown_sessions as (

    select
        *,
        case
            when
                max(is_customer_key) over (partition by source_session_id) = 1
                then {{ hashed_customer_id('source_session_id') }}
            else {{ shown_id('source_session_id') }}
        end as shown_session_id

    from own_sessions

),

-- The best key that both know decides; where they know none in common, the
-- session's id is trusted.
namesakes as (

    select
        own_sessions.source_name,
        own_sessions.source_session_id,
        own_sessions.source_rank,
        own_sessions.shown_session_id,
        others.source_name as other_source_name,
        others.source_rank as other_source_rank

    from shown_sessions as own_sessions

    inner join shown_sessions as others
        on
            own_sessions.source_session_id = others.source_session_id
            and own_sessions.source_rank >= others.source_rank

    where
        case
            when own_sessions.external_key <> others.external_key then 0
            when own_sessions.external_key = others.external_key then 1
            when own_sessions.email_key <> others.email_key then 0
            when own_sessions.email_key = others.email_key then 1
            when own_sessions.anonymous_key <> others.anonymous_key then 0
            else 1
        end = 1

),

agent_sessions as (

    select
        source_name,
        source_session_id,
        source_rank,
        {{ first_known('other_source_name', 'other_source_rank') }}
        || ':' || max(shown_session_id) as trace_session_id,
        {{ first_known('other_source_name', 'other_source_rank') }}
            as trace_session_source_name

    from namesakes

    group by 1, 2, 3

)

select * from agent_sessions
