-- Grain: one name or version of the AI agent that marts may show. A trace holds
-- as agent's name what a program wrote there, which may be the person it spoke
-- with: a label that fewer than three customers met, or that looks like an
-- address or a number, is not shown.

with

trace_sessions as (

    select * from {{ ref('int_trace_sessions') }}

),

session_customers as (

    select * from {{ ref('int_trace_session_customers') }}

),

labels as (

    select
        'agent_name' as label_kind,
        agent_name as label,
        trace_session_id

    from trace_sessions

    where not {{ looks_personal('agent_name') }}

    union all

    select
        'agent_version' as label_kind,
        agent_version as label,
        trace_session_id

    from trace_sessions

    -- versions are full of digits
    where not {{ text_matches('agent_version', "'@[^@ ]+[.][A-Za-z]{2}'") }}

),

agent_labels as (

    select
        labels.label_kind,
        labels.label

    from labels

    left join session_customers
        on labels.trace_session_id = session_customers.trace_session_id

    where labels.label is not null

    group by 1, 2

    having
        count(distinct coalesce(
            session_customers.customer_id, labels.trace_session_id
        )) >= 3

)

select * from agent_labels
