{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one account of the help desk: contacts, agents and bots, which share one
-- range of ids. Who is both contact and agent is an agent. Bots hold agent seats
-- like people, so the seed ai_agents has the first word about who an account is;
-- a bot without a seat is known from the seed alone.

with

contacts as (

    select * from {{ ref('stg_freshdesk__contacts') }}

),

agents as (

    select * from {{ ref('stg_freshdesk__agents') }}

),

ai_agents as (

    select * from {{ ref('ai_agents') }}

    where source_name = 'freshdesk'

),

people as (

    select
        contact_id as account_id,
        external_id,
        email,
        0 as is_agent,
        created_at,
        updated_at,
        loaded_at

    from contacts

    where quarantine_reason is null

    union all

    select
        agent_id as account_id,
        cast(null as {{ dbt.type_string() }}) as external_id,
        email,
        1 as is_agent,
        created_at,
        updated_at,
        loaded_at

    from agents

    where quarantine_reason is null

),

numbered_people as (

    select
        people.*,
        row_number() over (
            partition by account_id, is_agent
            order by
                coalesce(updated_at, created_at, loaded_at) desc,
                coalesce(loaded_at, updated_at, created_at) desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint(['external_id', 'email']) }} desc
        ) as version_number

    from people

),

known_people as (

    -- of an agent who is a contact too, each row knows other keys
    select
        account_id,
        max(external_id) as external_id,
        coalesce(
            max(case when is_agent = 0 then email end),
            max(case when is_agent = 1 then email end)
        ) as email,
        max(is_agent) as is_agent,
        min(created_at) as created_at,
        max(updated_at) as updated_at

    from numbered_people

    where version_number = 1

    group by 1

),

accounts as (

    select
        coalesce(known_people.account_id, ai_agents.author_id) as account_id,
        known_people.external_id as customer_external_id,
        known_people.email as customer_email,
        case
            when ai_agents.author_role is not null then ai_agents.author_role
            when known_people.is_agent = 1 then 'human_agent'
            else 'customer'
        end as author_role,
        ai_agents.author_id is not null as is_listed_bot,
        known_people.created_at,
        known_people.updated_at

    from known_people

    full outer join ai_agents
        on known_people.account_id = ai_agents.author_id

)

select * from accounts
