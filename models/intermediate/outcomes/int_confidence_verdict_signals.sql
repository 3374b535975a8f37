{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_evaluations': ['trace_session_id', 'int_conversations'],
        'int_csat_responses': ['trace_session_id', 'int_conversations'],
        'int_tickets': ['ticket_id', 'int_conversations'],
    }
) }}

-- Grain: one conversation and one verdict that another system gave on it, from
-- -1 (not helped) to 1 (helped): the evaluators named in outcome_evaluators
-- (their mean), the customer's thumbs in the trace store (the last), and the
-- help desk's own claim. A neutral verdict is no signal.
-- A score of an answer to a mere greeting, before the conversation opened, is not
-- about it. Thumbs and scores count up to conversation_idle_hours after the
-- answer, while the chat may still go on, and never once the next conversation
-- has begun. The claim carries no time of its own: it counts for a ticket's first
-- conversation.
{%- set evaluators = [] %}
{%- for evaluator in var('outcome_evaluators') %}
    {%- do evaluators.append(text_literal(evaluator | lower)) %}
{%- endfor %}

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

evaluations as (

    select * from {{ ref('int_evaluations') }}

),

csat_responses as (

    select * from {{ ref('int_csat_responses') }}

),

tickets as (

    select * from {{ ref('int_tickets') }}

),

transcripts as (

    select conversation_id

    from confidence_messages

    group by 1

),

judged_conversations as (

    select
        conversations.conversation_id,
        conversations.ticket_id,
        conversations.trace_session_id,
        conversations.conversation_number,
        conversations.opened_at,
        conversations.next_opened_at,
        {{ dbt.dateadd(
            'hour', var('conversation_idle_hours'), 'conversations.resolved_at'
        ) }} as judged_until_at

    from conversations

    inner join transcripts
        on conversations.conversation_id = transcripts.conversation_id

),

evaluator_scores as (

    select
        judged_conversations.conversation_id,
        'evaluator_score' as signal,
        -- decimals add up to the same sum in any order
        2 * {{ ratio(
            'sum(cast(evaluations.score as decimal(18, 9)))', 'count(*)'
        ) }} - 1 as signal_value,
        max(evaluations.evaluated_at) as shown_at

    from judged_conversations

    inner join evaluations
        on
            judged_conversations.trace_session_id
            = evaluations.trace_session_id
            and judged_conversations.opened_at <= coalesce(
                evaluations.evaluated_answer_at, evaluations.evaluated_at
            )
            and coalesce(
                judged_conversations.next_opened_at > evaluations.evaluated_at,
                true
            )
            and coalesce(
                judged_conversations.judged_until_at
                >= evaluations.evaluated_at,
                true
            )

    where
        evaluations.score is not null
        and {{ small_letters('evaluations.evaluator_name') }} in (
            {{ evaluators | join(', ') or 'null' }}
        )

    group by 1, 2

),

thumbs_latest_first as (

    select
        judged_conversations.conversation_id,
        csat_responses.score,
        csat_responses.answered_at,
        row_number() over (
            partition by judged_conversations.conversation_id
            order by
                csat_responses.answered_at desc,
                csat_responses.csat_id desc
        ) as position_from_end

    from judged_conversations

    inner join csat_responses
        on
            judged_conversations.trace_session_id
            = csat_responses.trace_session_id
            and judged_conversations.opened_at <= csat_responses.answered_at
            and coalesce(
                judged_conversations.next_opened_at
                > csat_responses.answered_at,
                true
            )
            and coalesce(
                judged_conversations.judged_until_at
                >= csat_responses.answered_at,
                true
            )

    where csat_responses.score is not null

),

thumbs as (

    select
        conversation_id,
        'thumbs' as signal,
        cast(score as {{ type_double() }}) as signal_value,
        answered_at as shown_at

    from thumbs_latest_first

    where position_from_end = 1

),

claims as (

    select
        judged_conversations.conversation_id,
        'claimed_resolved' as signal,
        cast(
            case
                when lower(tickets.claimed_resolution) in (
                    'resolved', 'confirmed', 'assumed', 'yes', 'true'
                )
                    then 1
                when lower(tickets.claimed_resolution) in (
                    'unresolved', 'not_resolved', 'escalated', 'no', 'false'
                )
                    then -1
                else 0
            end as {{ type_double() }}
        ) as signal_value,
        cast(null as {{ column_type('timestamp') }}) as shown_at

    from judged_conversations

    inner join tickets
        on judged_conversations.ticket_id = tickets.ticket_id

    where judged_conversations.conversation_number = 1

),

verdicts as (

    select * from evaluator_scores
    union all
    select * from thumbs
    union all
    select * from claims

),

verdict_signals as (

    select
        conversation_id,
        signal,
        signal_value,
        cast(null as {{ dbt.type_string() }}) as message_id,
        shown_at

    from verdicts

    where signal_value <> 0

)

select * from verdict_signals
