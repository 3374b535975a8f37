-- Messages in are messages placed plus messages with another fate, per tool;
-- and what is placed is what stands in the conversations.

with

row_accounting as (

    select * from {{ ref('row_accounting') }}
    where table_name = 'messages'

),

int_conversation_messages as (

    select message_id from {{ ref('int_conversation_messages') }}

),

int_messages as (

    select
        message_id,
        source_name
    from {{ ref('int_messages') }}

),

in_conversations as (

    select
        int_messages.source_name,
        count(*) as message_count
    from int_conversation_messages
    inner join int_messages
        on int_conversation_messages.message_id = int_messages.message_id
    group by 1

),

fates as (

    select
        source_name,
        sum(case when fate = 'stacked' then row_count else 0 end)
            as stacked_count,
        sum(case when fate <> 'stacked' then row_count else 0 end)
            as accounted_count,
        sum(case when fate = 'placed' then row_count else 0 end)
            as placed_count
    from row_accounting
    group by 1

)

select
    fates.*,
    in_conversations.message_count
from fates
left join in_conversations
    on fates.source_name = in_conversations.source_name
where
    fates.stacked_count <> fates.accounted_count
    or fates.placed_count <> coalesce(in_conversations.message_count, 0)
