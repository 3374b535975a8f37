-- Grain: one later conversation and the one earlier conversation it is charged
-- to: the latest that it qualifies as a re-contact of, within the headline window.

with

recontact_candidates as (

    select * from {{ ref('int_recontact_candidates') }}

),

ranked as (

    select
        next_conversation_id,
        conversation_id,
        row_number() over (
            partition by next_conversation_id
            order by resolved_at desc, conversation_id desc
        ) as recency

    from recontact_candidates

    where
        is_default
        and time_to_recontact_seconds
        <= {{ var('recontact_window_hours') }} * 3600

),

recontact_charges as (

    select
        next_conversation_id as conversation_id,
        conversation_id as charged_to_conversation_id

    from ranked

    where recency = 1

)

select * from recontact_charges
