-- Only what was known at the close goes into the confidence. The one exception
-- is the customer's own thanks or confirmation within the re-contact window.
{%- set window_hours = var('recontact_window_hours') %}

with

confidence_signals as (

    select * from {{ ref('int_confidence_signals') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

messages as (

    select * from {{ ref('int_messages') }}

),

late_evidence as (

    select
        confidence_signals.conversation_id,
        confidence_signals.signal,
        messages.message_id,
        messages.sent_at,
        conversations.closed_at

    from confidence_signals

    inner join messages
        on confidence_signals.message_id = messages.message_id

    inner join conversations
        on confidence_signals.conversation_id = conversations.conversation_id

    where
        messages.sent_at > conversations.closed_at
        and (
            confidence_signals.signal <> 'customer_confirmed'
            or messages.sent_at
            > {{ dbt.dateadd(
                'hour', window_hours, 'conversations.resolved_at'
            ) }}
        )

)

select * from late_evidence
