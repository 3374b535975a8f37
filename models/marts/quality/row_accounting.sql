-- Grain: one raw table (or, as table 'messages', the conformed messages) of a
-- tool and one fate of its rows.

with

int_row_counts as (

    select * from {{ ref('int_row_counts') }}

),

int_messages as (

    select * from {{ ref('int_messages') }}

),

int_message_placements as (

    select * from {{ ref('int_message_placements') }}

),

raw_row_fates as (

    select
        source_name,
        table_name,
        'raw' as fate,
        raw_row_count as row_count
    from int_row_counts
    union all
    select
        source_name,
        table_name,
        'used' as fate,
        used_count as row_count
    from int_row_counts
    union all
    select
        source_name,
        table_name,
        'older_version' as fate,
        older_version_count as row_count
    from int_row_counts
    union all
    select
        source_name,
        table_name,
        'quarantined' as fate,
        quarantined_count as row_count
    from int_row_counts
    union all
    select
        source_name,
        table_name,
        'forgotten' as fate,
        forgotten_count as row_count
    from int_row_counts

),

message_fates as (

    select
        source_name,
        'messages' as table_name,
        'stacked' as fate,
        count(*) as row_count
    from int_messages
    group by 1

),

placement_fates as (

    select
        int_messages.source_name,
        'messages' as table_name,
        int_message_placements.placement as fate,
        count(*) as row_count
    from int_messages
    inner join int_message_placements
        on int_messages.message_id = int_message_placements.message_id
    group by 1, 3

),

fates as (

    select * from raw_row_fates
    union all
    select * from message_fates
    union all
    select * from placement_fates

),

row_accounting as (

    select
        cast(source_name as {{ dbt.type_string() }}) as source_name,
        cast(table_name as {{ dbt.type_string() }}) as table_name,
        cast(fate as {{ dbt.type_string() }}) as fate,
        cast(row_count as bigint) as row_count
    from fates

)

select * from row_accounting
