{{ config(changes_by = ['conversation_id']) }}

-- Grain: one conversation on a ticket of which the help desk itself says what it
-- is about. Labels that are alike but for case, spaces and signs are one intent.
-- A label is a few words; a text that is longer, or holds an address or a long
-- number, or is on the tickets of fewer than three customers, may be about a
-- person and counts as none.

with

conversations as (

    select * from {{ ref('int_conversations') }}

),

tickets as (

    select * from {{ ref('int_tickets') }}

),

claimed as (

    select
        conversations.conversation_id,
        coalesce(conversations.customer_id, conversations.thread_id)
            as customer,
        {{ text_replace('trim(tickets.claimed_intent)', '\\s+', ' ') }}
            as claimed_label

    from conversations

    inner join tickets
        on conversations.ticket_id = tickets.ticket_id

),

labels as (

    select
        *,
        {# All but letters and digits of any script. #}
        {{ text_replace(
            small_letters('claimed_label'), '[ -/:-@\\[-`{-~]+', '_'
        ) }} as slug

    from claimed

    where
        length(claimed_label) <= 60
        and claimed_label not like '%@%'
        and not {{ looks_personal('claimed_label') }}
        and not {{ text_matches('claimed_label', "'[0-9]{5}'") }}

),

intents as (

    select
        conversation_id,
        customer,
        claimed_label,
        {{ text_replace('slug', '^_|_$', '') }} as intent_id

    from labels

),

-- Signs alone are no name, and the two words that are taken mean something else.
named_intents as (

    select
        intent_id,
        count(distinct customer) as customer_count

    from intents

    where intent_id not in ('', 'all', 'unclassified')

    group by 1

),

claimed_intents as (

    select
        intents.conversation_id,
        intents.claimed_label,
        intents.intent_id

    from intents

    inner join named_intents
        on intents.intent_id = named_intents.intent_id

    where named_intents.customer_count >= 3

)

select * from claimed_intents
