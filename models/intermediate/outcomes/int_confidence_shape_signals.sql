{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id']
) }}

-- Grain: one conversation and one signal in its shape, up to the close. Counts and
-- lengths are ln(1 + n), since the fifth question says more than the fifteenth.
-- A wait is the longest time from a customer's message to the next answer.
-- handed_to_human is 1.

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

timed_messages as (

    select
        *,
        lag(sent_at) over (
            partition by conversation_id
            order by message_number
        ) as previous_sent_at,
        lag(author_role) over (
            partition by conversation_id
            order by message_number
        ) as previous_author_role,
        row_number() over (
            partition by conversation_id, author_role
            order by message_number
        ) as number_of_author

    from confidence_messages

    where not is_after_close

),

transcripts as (

    select
        conversation_id,
        count(case when author_role = 'customer' then 1 end)
            as customer_message_count,
        sum(case when author_role = 'customer' then text_length else 0 end)
            as customer_length,
        sum(case when author_role = 'ai_agent' then text_length else 0 end)
            as agent_length,
        max(
            case
                when author_role = 'customer' and number_of_author = 1
                    then text_length
            end
        ) as opening_length,
        max(
            case
                when is_answer and previous_author_role = 'customer'
                    then {{ seconds_between('previous_sent_at', 'sent_at') }}
            end
        ) as longest_wait_seconds,
        max(sent_at) as shown_at

    from timed_messages

    group by 1

),

handoffs as (

    select
        transcripts.conversation_id,
        transcripts.shown_at

    from transcripts

    inner join conversations
        on transcripts.conversation_id = conversations.conversation_id

    where conversations.is_handed_to_human

),

shapes as (
    {% for signal, measure in {
        'turn_count': 'customer_message_count',
        'customer_text_length': 'customer_length',
        'agent_text_length': 'agent_length',
        'opening_length': 'opening_length',
        'longest_wait': 'longest_wait_seconds / 60.0',
    }.items() %}
    select
        conversation_id,
        '{{ signal }}' as signal,
        cast(ln(1 + {{ measure }}) as {{ type_double() }}) as signal_value,
        shown_at

    from transcripts

    where {{ measure }} > 0

    union all
    {% endfor %}
    select
        conversation_id,
        'handed_to_human' as signal,
        cast(1 as {{ type_double() }}) as signal_value,
        shown_at

    from handoffs

),

shape_signals as (

    select
        conversation_id,
        signal,
        signal_value,
        cast(null as {{ dbt.type_string() }}) as message_id,
        shown_at

    from shapes

)

select * from shape_signals
