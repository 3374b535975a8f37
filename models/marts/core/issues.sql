-- Grain: one issue, a customer's real problem: the conversation that began it and
-- every re-contact chained to it.

with

conversation_issues as (

    select * from {{ ref('int_conversation_issues') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

conversation_intents as (

    select * from {{ ref('int_conversation_intents') }}

),

recontact_judgements as (

    select * from {{ ref('int_recontacts') }}
    where window_hours = {{ var('recontact_window_hours') }}

),

customer_salt as (

    select * from {{ ref('int_customer_salt') }}

),

chains as (

    select
        conversation_issues.issue_id,
        count(*) as conversations_per_issue,
        count(case when conversations.is_ai_handled then 1 end)
            as ai_handled_conversations,
        count(case when conversations.is_human_handled then 1 end)
            as human_handled_conversations,
        max(conversations.closed_at) as last_closed_at

    from conversation_issues

    inner join conversations
        on conversation_issues.conversation_id = conversations.conversation_id

    group by 1

),

issues as (

    select
        chains.issue_id,
        {{ hashed_customer_id('first_conversation.customer_id') }}
            as customer_id,
        conversation_intents.intent_id,
        chains.conversations_per_issue,
        chains.ai_handled_conversations,
        chains.human_handled_conversations,
        case
            when recontact_judgements.is_mature
                then not recontact_judgements.has_recontact
        end as is_first_contact_resolution,
        first_conversation.opened_at,
        chains.last_closed_at,
        first_conversation.week_start_date

    from chains

    inner join conversations as first_conversation
        on chains.issue_id = first_conversation.conversation_id

    left join conversation_intents
        on chains.issue_id = conversation_intents.conversation_id

    left join recontact_judgements
        on chains.issue_id = recontact_judgements.conversation_id

)

select * from issues
