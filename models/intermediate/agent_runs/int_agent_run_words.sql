-- Grain: the words of one side of a run, folded for white space and case, in one
-- place where two trace stores may have recorded the same run: a session that
-- both hold, or a customer whose runs without a session both hold.

with

agent_runs as (

    select * from {{ ref('int_agent_runs') }}

),

agent_sessions as (

    select * from {{ ref('int_agent_sessions') }}

),

agent_turns as (

    select * from {{ ref('int_agent_turns') }}

),

session_places as (

    select
        agent_runs.source_name,
        agent_runs.run_id,
        agent_runs.started_at,
        agent_sessions.source_rank,
        'session:' || agent_sessions.trace_session_id as place

    from agent_runs

    inner join agent_sessions
        on
            agent_runs.source_name = agent_sessions.source_name
            and agent_runs.source_session_id = agent_sessions.source_session_id

),

customer_places as (

    select
        agent_runs.source_name,
        agent_runs.run_id,
        agent_runs.started_at,
        agent_sessions.source_rank,
        'customer:' || coalesce(
            {{ customer_key_of('external', 'agent_runs.customer_external_id') }},
            {{ customer_key_of('email', 'agent_runs.customer_email') }},
            {{ customer_key_of('anonymous', 'agent_runs.customer_anonymous_id') }}
        ) as place

    from agent_runs

    inner join agent_sessions
        on
            agent_runs.source_name = agent_sessions.source_name
            and agent_runs.source_session_id = agent_sessions.source_session_id

    where agent_runs.session_ref is null

),

places as (

    select * from session_places
    union all
    select * from customer_places
    where place is not null

),

shared_places as (

    select place

    from places

    group by 1

    having count(distinct source_name) > 1

),

texts as (

    select
        places.*,
        agent_turns.customer_text,
        agent_turns.agent_text

    from places

    inner join shared_places
        on places.place = shared_places.place

    inner join agent_turns
        on
            places.source_name = agent_turns.source_name
            and places.run_id = agent_turns.run_id

),

folded as (

    {%- for author_role, body in {
        'customer': 'customer_text', 'ai_agent': 'agent_text',
    }.items() %}
    select
        source_name,
        run_id,
        started_at,
        source_rank,
        place,
        trim(coalesce(customer_text, '')) <> '' as has_customer_text,
        '{{ author_role }}' as author_role,
        {{ small_letters('trim(' ~ single_blanks(body) ~ ')') }} as words

    from texts
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}

),

agent_run_words as (

    select * from folded
    where words <> ''

)

select * from agent_run_words
