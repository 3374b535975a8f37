{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_message_signals': ['message_id', 'int_confidence_messages'],
    }
) }}

-- Grain: one conversation and one signal in how the AI agent's answers went on:
-- what the last one does (reports something done, names the next step, offers
-- more help, asks the customer, refuses), the shares of all answers that report
-- something done, name a next step and ask, and how many messages the customer
-- needed until the first report, ln(1 + n), of all when there is none.

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

message_traits as (

    select
        message_id,
        {%- for trait in [
            'reported_done', 'named_next_step', 'offered_more_help',
            'asked_customer', 'could_not_help',
        ] %}
        max(case when signal = '{{ trait }}' then 1 else 0 end) as {{ trait }}
        {{- "," if not loop.last }}
        {%- endfor %}

    from {{ ref('int_message_signals') }}

    group by 1

),

answers as (

    select
        confidence_messages.conversation_id,
        confidence_messages.message_id,
        confidence_messages.message_number,
        confidence_messages.sent_at,
        coalesce(message_traits.reported_done, 0) as reported_done,
        coalesce(message_traits.named_next_step, 0) as named_next_step,
        coalesce(message_traits.offered_more_help, 0) as offered_more_help,
        coalesce(message_traits.asked_customer, 0) as asked_customer,
        coalesce(message_traits.could_not_help, 0) as could_not_help,
        row_number() over (
            partition by confidence_messages.conversation_id
            order by confidence_messages.message_number desc
        ) as position_from_end

    from confidence_messages

    left join message_traits
        on confidence_messages.message_id = message_traits.message_id

    where
        confidence_messages.author_role = 'ai_agent'
        and confidence_messages.is_answer
        and not confidence_messages.is_after_close

),

totals as (

    select
        conversation_id,
        {{ ratio('sum(reported_done)', 'count(*)') }} as reported_done_share,
        {{ ratio('sum(named_next_step)', 'count(*)') }}
            as named_next_step_share,
        {{ ratio('sum(asked_customer)', 'count(*)') }} as asked_customer_share,
        min(case when reported_done = 1 then message_number end)
            as first_done_number,
        max(sent_at) as shown_at

    from answers

    group by 1

),

turns_until_done as (

    select
        totals.conversation_id,
        count(*) as customer_message_count,
        max(totals.shown_at) as shown_at

    from totals

    inner join confidence_messages
        on totals.conversation_id = confidence_messages.conversation_id

    where
        confidence_messages.author_role = 'customer'
        and not confidence_messages.is_after_close
        and coalesce(
            confidence_messages.message_number < totals.first_done_number, true
        )

    group by 1

),

answer_measures as (
    {% for signal, trait in {
        'ends_with_a_report': 'reported_done',
        'ends_with_the_next_step': 'named_next_step',
        'ends_with_an_offer': 'offered_more_help',
        'ends_with_a_question': 'asked_customer',
        'ends_with_a_refusal': 'could_not_help',
    }.items() %}
    select
        conversation_id,
        '{{ signal }}' as signal,
        cast({{ trait }} as {{ type_double() }}) as signal_value,
        message_id,
        sent_at as shown_at

    from answers

    where position_from_end = 1

    union all
    {% endfor %}
    {%- for signal in [
        'reported_done_share', 'named_next_step_share', 'asked_customer_share',
    ] %}
    select
        conversation_id,
        '{{ signal }}' as signal,
        {{ signal }} as signal_value,
        cast(null as {{ dbt.type_string() }}) as message_id,
        shown_at

    from totals

    union all
    {% endfor %}
    select
        conversation_id,
        'turns_until_done' as signal,
        cast(ln(1 + customer_message_count) as {{ type_double() }})
            as signal_value,
        cast(null as {{ dbt.type_string() }}) as message_id,
        shown_at

    from turns_until_done

),

answer_signals as (

    select * from answer_measures

    where signal_value <> 0

)

select * from answer_signals
