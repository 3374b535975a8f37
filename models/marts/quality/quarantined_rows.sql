-- Grain: one raw row that cannot be used. Raw ids may be or hold a customer's
-- own (a user's id, an address): they stay in int_quarantined_rows.

with

int_quarantined_rows as (

    select * from {{ ref('int_quarantined_rows') }}

),

customer_salt as (

    select * from {{ ref('int_customer_salt') }}

),

-- The same bad row may have been loaded twice.
numbered as (

    select
        source_name,
        table_name,
        {{ hashed_customer_id('row_id') }} as row_id_hash,
        quarantine_reason,
        loaded_at,
        row_number() over (
            partition by
                source_name, table_name, row_id, quarantine_reason, loaded_at
            order by row_id
        ) as copy_number
    from int_quarantined_rows

),

quarantined_rows as (

    select
        {{ dbt.hash(
            "source_name || '|' || table_name || '|' || "
            ~ "coalesce(row_id_hash, '') || '|' || quarantine_reason || '|' || "
            ~ "coalesce(cast(loaded_at as " ~ dbt.type_string() ~ "), '') "
            ~ "|| '|' || cast(copy_number as " ~ dbt.type_string() ~ ")"
        ) }} as quarantined_row_id,
        cast(source_name as {{ dbt.type_string() }}) as source_name,
        cast(table_name as {{ dbt.type_string() }}) as table_name,
        cast(row_id_hash as {{ dbt.type_string() }}) as row_id_hash,
        cast(quarantine_reason as {{ dbt.type_string() }})
            as quarantine_reason,
        loaded_at
    from numbered

)

select * from quarantined_rows
