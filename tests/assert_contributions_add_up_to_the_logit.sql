-- Every conversation's published contributions, bias included, add up to the
-- logit, and the logit gives the confidence, to 1e-9.

with

confidence_signals as (

    select * from {{ ref('confidence_signals') }}

),

resolution_confidence as (

    select * from {{ ref('int_resolution_confidence') }}

),

explained as (

    select
        conversation_id,
        sum(contribution) as explained_logit

    from confidence_signals

    group by 1

),

unexplained as (

    select
        resolution_confidence.conversation_id,
        resolution_confidence.logit,
        explained.explained_logit,
        resolution_confidence.resolution_confidence

    from resolution_confidence

    left join explained
        on resolution_confidence.conversation_id = explained.conversation_id

    where
        resolution_confidence.has_transcript
        <> (explained.conversation_id is not null)
        or abs(resolution_confidence.logit - explained.explained_logit) > 1e-9
        or abs(
            resolution_confidence.resolution_confidence
            - 1 / (1 + exp(-explained.explained_logit))
        ) > 1e-9

)

select * from unexplained
