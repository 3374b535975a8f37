-- Only what was known at the close goes into the confidence. Exceptions: the
-- customer's own thanks or confirmation within the re-contact window, and verdicts
-- given while the chat could still have gone on (conversation_idle_hours).

with

confidence_signals as (

    select * from {{ ref('int_confidence_signals') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

late_signals as (

    select
        confidence_signals.conversation_id,
        confidence_signals.signal,
        confidence_signals.shown_at,
        conversations.closed_at

    from confidence_signals

    inner join conversations
        on confidence_signals.conversation_id = conversations.conversation_id

    where
        confidence_signals.shown_at > conversations.closed_at
        and confidence_signals.shown_at > {{ dbt.dateadd(
            'hour',
            'case confidence_signals.signal'
            ~ " when 'customer_confirmed' then "
            ~ var('recontact_window_hours')
            ~ " when 'evaluator_score' then " ~ var('conversation_idle_hours')
            ~ " when 'thumbs' then " ~ var('conversation_idle_hours')
            ~ ' else -1000000 end',
            'conversations.resolved_at'
        ) }}

)

select * from late_signals
