{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one id that is no customer's: teammates and bots. The seed ai_agents
-- has the first word about who it is. Operator is a teammate like others and
-- some of its messages say `admin`, so its address and every part that says
-- `bot` count for all that the same id wrote.

with

admins as (

    select * from {{ ref('stg_intercom__admins') }}

    where quarantine_reason is null

),

parts as (

    select * from {{ ref('int_intercom__parts') }}

),

ai_agents as (

    select * from {{ ref('ai_agents') }}

    where source_name = 'intercom'

),

evidence as (

    select
        admin_id as staff_id,
        case when is_operator then 1 else 0 end as is_bot

    from admins

    union all

    select
        author_id as staff_id,
        1 as is_bot

    from parts

    where
        author_id is not null
        and (
            author_type = 'bot'
            or author_email like 'operator+%@intercom.io'
        )

    union all

    select
        author_id as staff_id,
        0 as is_bot

    from ai_agents

),

gathered as (

    select
        staff_id,
        max(is_bot) as is_bot

    from evidence

    group by 1

),

staff as (

    select
        gathered.staff_id,
        case
            when ai_agents.author_role is not null then ai_agents.author_role
            when gathered.is_bot = 1 then 'bot_automation'
            else 'human_agent'
        end as author_role,
        ai_agents.author_role is not null as is_named

    from gathered

    left join ai_agents
        on gathered.staff_id = ai_agents.author_id

)

select * from staff
