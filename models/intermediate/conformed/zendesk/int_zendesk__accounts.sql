{% set users = {
    'fivetran': 'stg_zendesk__users',
    'airbyte': 'stg_zendesk__users_airbyte',
}[var('zendesk_layout')] -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'account_id',
    changes_by = ['account_id'],
    slice_through = {users: ['user_id']}
) }}

-- Grain: one account of the help desk: customers, agents and bots. Bots hold
-- agent seats like people, so the seed ai_agents has the first word about who
-- an account is; a bot without a seat is known from the seed alone.

with

users as (

    select * from {{ ref(users) }}

),

ai_agents as (

    select * from {{ ref('ai_agents') }}

    where source_name = 'zendesk'

),

numbered_users as (

    select
        users.*,
        row_number() over (
            partition by user_id
            order by
                coalesce(updated_at, created_at, loaded_at) desc,
                coalesce(loaded_at, updated_at, created_at) desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint([
                    'external_id', 'email', 'user_role', 'is_suspended'
                ]) }} desc
        ) as version_number

    from users

    where quarantine_reason is null

),

current_users as (

    select * from numbered_users

    where version_number = 1

),

accounts as (

    select
        coalesce(current_users.user_id, ai_agents.author_id) as account_id,
        current_users.external_id as customer_external_id,
        current_users.email as customer_email,
        case
            when ai_agents.author_role is not null then ai_agents.author_role
            when current_users.user_role = 'end-user' then 'customer'
            when current_users.user_role in ('agent', 'admin')
                then 'human_agent'
            else 'system'
        end as author_role,
        coalesce(current_users.is_suspended, false) as is_suspended,
        current_users.created_at,
        current_users.updated_at

    from current_users

    full outer join ai_agents
        on current_users.user_id = ai_agents.author_id

)

select * from accounts
