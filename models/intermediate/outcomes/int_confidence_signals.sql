{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation with a transcript and one signal that it shows, with
-- what the signal adds to or takes from the confidence (in logits). A signal
-- without a weight in the seed is shown and adds nothing.
-- Contributions are kept to nine decimals, so that their sum does not depend on
-- the order in which an engine adds them.
{%- set families = [
    'customer', 'agent', 'answer', 'coverage', 'repetition', 'ending', 'shape',
    'tool', 'verdict',
] %}

with

confidence_weights as (

    select * from {{ ref('confidence_weights') }}

),

fired_signals as (
    {% for family in families %}
    select
        conversation_id,
        signal,
        signal_value,
        message_id,
        shown_at
    from {{ ref('int_confidence_' ~ family ~ '_signals') }}
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}

),

weighted_signals as (

    select
        fired_signals.conversation_id,
        fired_signals.signal,
        fired_signals.signal_value,
        coalesce(confidence_weights.weight, 0) as weight,
        cast(
            cast(
                coalesce(confidence_weights.weight, 0)
                * fired_signals.signal_value as decimal(18, 9)
            ) as {{ type_double() }}
        ) as contribution,
        fired_signals.message_id,
        fired_signals.shown_at

    from fired_signals

    left join confidence_weights
        on fired_signals.signal = confidence_weights.signal

)

select * from weighted_signals
