-- A signal that fires without a weight is a misspelt or forgotten seed row.

with

confidence_signals as (

    select * from {{ ref('int_confidence_signals') }}

),

confidence_weights as (

    select * from {{ ref('confidence_weights') }}

),

unweighted_signals as (

    select
        confidence_signals.signal,
        count(*) as conversation_count

    from confidence_signals

    left join confidence_weights
        on confidence_signals.signal = confidence_weights.signal

    where confidence_weights.signal is null

    group by 1

)

select * from unweighted_signals
