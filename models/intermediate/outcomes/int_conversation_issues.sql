{{ config(changes_by = ['conversation_id']) }}

-- Grain: one conversation a customer made and the issue it belongs to. An issue
-- is a chain of re-contacts; its id is the conversation that began it.

with

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_customer_contact

),

recontact_charges as (

    select * from {{ ref('int_recontact_charges') }}

),

charged_conversations as (

    select
        recontact_charges.conversation_id as link_id,
        recontact_charges.charged_to_conversation_id as previous_id,
        conversations.customer_id as group_id

    from recontact_charges

    inner join conversations
        on recontact_charges.conversation_id = conversations.conversation_id

),

links as (

    {{ chain_links('charged_conversations') }}

),

conversation_issues as (

    select
        conversations.conversation_id,
        coalesce(links.first_id, conversations.conversation_id) as issue_id,
        coalesce(links.link_position, 1) as issue_position

    from conversations

    left join links
        on conversations.conversation_id = links.link_id

)

select * from conversation_issues
