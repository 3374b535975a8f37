-- Grain: one conversation a customer made and the issue it belongs to. An issue
-- is a chain of re-contacts; its id is the conversation that began it.

with recursive

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_customer_contact

),

recontact_charges as (

    select * from {{ ref('int_recontact_charges') }}

),

chains (conversation_id, issue_id, issue_position) as (

    select
        conversations.conversation_id,
        conversations.conversation_id as issue_id,
        1 as issue_position

    from conversations

    left join recontact_charges
        on conversations.conversation_id = recontact_charges.conversation_id

    where recontact_charges.conversation_id is null

    union all

    select
        recontact_charges.conversation_id,
        chains.issue_id,
        chains.issue_position + 1 as issue_position

    from recontact_charges

    inner join chains
        on
            recontact_charges.charged_to_conversation_id
            = chains.conversation_id

)

select
    conversation_id,
    issue_id,
    issue_position
from chains
