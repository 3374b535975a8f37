{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one conversation with a customer. Whoever wrote first is the requester
-- as long as the conversation still names them; after two contacts were merged
-- only the other one is named, while the first message keeps the old id.

with

conversations as (

    select * from {{ ref('int_intercom__current_conversations') }}

),

contacts as (

    select * from {{ ref('int_intercom__contacts') }}

),

links as (

    select * from {{ ref({
        'fivetran': 'stg_intercom__conversation_contact_history',
        'airbyte': 'stg_intercom__conversation_contacts',
    }[var('intercom_layout')]) }}

    where quarantine_reason is null

),

dated_links as (

    select
        links.*,
        max(conversation_updated_at) over (partition by conversation_id)
            as newest_updated_at

    from links

),

current_links as (

    select
        conversation_id,
        contact_id,
        max(external_id) as external_id

    from dated_links

    where coalesce(conversation_updated_at = newest_updated_at, true)

    group by 1, 2

),

ranked_links as (

    select
        conversations.conversation_id,
        current_links.contact_id,
        current_links.external_id,
        row_number() over (
            partition by conversations.conversation_id
            order by
                case
                    when
                        current_links.contact_id
                        = conversations.source_author_id
                        then 0
                    else 1
                end,
                current_links.contact_id
        ) as contact_number

    from conversations

    inner join current_links
        on conversations.conversation_id = current_links.conversation_id

),

chosen as (

    select
        conversations.conversation_id,
        coalesce(
            ranked_links.contact_id,
            -- teammates' ids are no contacts
            case
                when
                    conversations.source_author_type
                    in ('user', 'lead', 'contact')
                    then conversations.source_author_id
            end
        ) as requester_id,
        ranked_links.external_id,
        conversations.source_author_id,
        conversations.source_author_email

    from conversations

    left join ranked_links
        on
            conversations.conversation_id = ranked_links.conversation_id
            and ranked_links.contact_number = 1

),

requesters as (

    select
        chosen.conversation_id,
        chosen.requester_id,
        coalesce(contacts.external_id, chosen.external_id)
            as customer_external_id,
        coalesce(
            contacts.email,
            case
                when chosen.requester_id = chosen.source_author_id
                    then chosen.source_author_email
            end
        ) as customer_email

    from chosen

    left join contacts
        on chosen.requester_id = contacts.contact_id

    where chosen.requester_id is not null

)

select * from requesters
