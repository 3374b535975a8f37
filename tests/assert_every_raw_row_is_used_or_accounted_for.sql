-- Per raw table: the rows that came in are the rows used, superseded, quarantined
-- and forgotten, none twice and none lost; the quarantine holds as many as are
-- counted as quarantined; and no row is forgotten before anybody was.

with

row_accounting as (

    select * from {{ ref('row_accounting') }}
    where table_name <> 'messages'

),

quarantined_rows as (

    select
        source_name,
        table_name,
        count(*) as row_count
    from {{ ref('quarantined_rows') }}
    group by 1, 2

),

tables as (

    select
        source_name,
        table_name,
        sum(case when fate = 'raw' then row_count else 0 end) as raw_count,
        sum(case when fate <> 'raw' then row_count else 0 end)
            as accounted_count,
        sum(case when fate = 'quarantined' then row_count else 0 end)
            as quarantined_count,
        sum(case when fate = 'forgotten' then row_count else 0 end)
            as forgotten_count,
        min(row_count) as smallest_count
    from row_accounting
    group by 1, 2

)

select
    tables.*,
    quarantined_rows.row_count as rows_in_quarantine
from tables
full outer join quarantined_rows
    on
        tables.source_name = quarantined_rows.source_name
        and tables.table_name = quarantined_rows.table_name
where
    tables.table_name is null
    or tables.raw_count <> tables.accounted_count
    or tables.quarantined_count <> coalesce(quarantined_rows.row_count, 0)
    or tables.smallest_count < 0
    or (
        tables.forgotten_count > 0
        and not exists ({{ own_hashes() }})
    )
