-- Grain: one conversation and one signal in its shape. turn_count is
-- ln(1 + customer messages before the close), since the fifth question says more
-- than the fifteenth; handed_to_human is 1.

with

confidence_messages as (

    select * from {{ ref('int_confidence_messages') }}

),

conversations as (

    select * from {{ ref('int_conversations') }}

),

transcripts as (

    select
        conversation_id,
        count(
            case
                when author_role = 'customer' and not is_after_close then 1
            end
        ) as customer_message_count

    from confidence_messages

    group by 1

),

turn_counts as (

    select
        conversation_id,
        'turn_count' as signal,
        cast(
            ln(1 + customer_message_count) as double precision
        ) as signal_value

    from transcripts

),

handoffs as (

    select
        transcripts.conversation_id,
        'handed_to_human' as signal,
        cast(1 as double precision) as signal_value

    from transcripts

    inner join conversations
        on transcripts.conversation_id = conversations.conversation_id

    where conversations.is_handed_to_human

),

shapes as (

    select * from turn_counts
    union all
    select * from handoffs

),

shape_signals as (

    select
        conversation_id,
        signal,
        signal_value,
        cast(null as {{ dbt.type_string() }}) as message_id

    from shapes

)

select * from shape_signals
