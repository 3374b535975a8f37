{{ config(slice_by = 'conversation_id') }}

-- Grain: one conversation with a transcript and one signal that it shows; the
-- bias, from which every conversation starts, is a row of its own, so that a
-- conversation's contributions add up to the logit of its confidence.

with

signals_of_conversations as (

    select * from {{ ref('int_confidence_signals') }}

),

confidence_weights as (

    select * from {{ ref('confidence_weights') }}

),

transcripts as (

    select conversation_id

    from signals_of_conversations

    group by 1

),

starting_points as (

    select
        transcripts.conversation_id,
        confidence_weights.signal,
        confidence_weights.weight

    from transcripts

    cross join confidence_weights

    where confidence_weights.signal = 'bias'

),

explained as (

    select
        conversation_id,
        signal,
        message_id,
        signal_value,
        weight,
        contribution,
        row_number() over (
            partition by conversation_id
            order by abs(contribution) desc, signal
        ) as contribution_rank

    from signals_of_conversations

    union all

    select
        conversation_id,
        signal,
        cast(null as {{ dbt.type_string() }}) as message_id,
        cast(1 as {{ type_double() }}) as signal_value,
        weight,
        weight as contribution,
        0 as contribution_rank

    from starting_points

),

confidence_signals as (

    select
        conversation_id,
        signal,
        message_id,
        signal_value,
        weight,
        contribution,
        cast(contribution_rank as integer) as contribution_rank

    from explained

)

select * from confidence_signals
