{#- Row accounting is the same for every tool; each lists its raw tables:
      raw_tables  {raw table: {'model': staging model,
                               'key': its column that tells versions of one
                                      thing apart from other things,
                               'also': columns that identify a row without a
                                       key; never text or an e-mail address,
                               'found_by': the one of the model's raw_keys by which
                                       a build finds the rows that changed; none
                                       where it has to read all of them}} -#}


{#- A select of one row per raw row that cannot be used, with its reason. -#}
{% macro quarantined_rows_of(tool, raw_tables) -%}
    {%- for table_name, raw_table in raw_tables.items() %}
    select
        '{{ tool }}' as source_name,
        '{{ table_name }}' as table_name,
        coalesce({{ raw_table.key }}, {{ row_fingerprint(raw_table.also) }})
            as row_id,
        quarantine_reason,
        {{ "'" ~ table_name ~ ":' || " ~ raw_table.found_by if raw_table.found_by
            else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as raw_key,
        loaded_at

    from {{ ref(raw_table.model) }}

    where quarantine_reason is not null
    {{- "\n    union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- How quarantined_rows_of goes by slices: the slice_through of a model whose
    slice_by is raw_key. -#}
{% macro slices_of_raw_tables(raw_tables) -%}
    {%- set ways = {} -%}
    {%- for table_name, raw_table in raw_tables.items() if raw_table.found_by -%}
        {%- do ways.update({
            raw_table.model: [raw_table.found_by, none, none, table_name ~ ':']
        }) -%}
    {%- endfor -%}
    {{ return(ways) }}
{%- endmacro %}


{#- A select of one row per raw table. Used rows are counted by key here, not
    read off the models that use them, so that a model that loses rows is found
    out. Staging shows no forgotten row, so all rows are counted before it leaves
    any out. -#}
{% macro row_counts_of(tool, raw_tables) -%}
    select
        '{{ tool }}' as source_name,
        table_name,
        raw_row_count,
        raw_row_count - staged_row_count as forgotten_count,
        staged_row_count - quarantined_count - used_count
            as older_version_count,
        quarantined_count,
        used_count

    from (
        {%- for table_name, raw_table in raw_tables.items() %}
        select
            '{{ table_name }}' as table_name,
            {{ raw_row_count_of(raw_table.model) }} as raw_row_count,
            count(*) as staged_row_count,
            count(quarantine_reason) as quarantined_count,
            count(distinct case
                when quarantine_reason is null then {{ raw_table.key }}
            end) as used_count

        from {{ ref(raw_table.model) }}
        {{- "\n        union all" if not loop.last }}
        {%- endfor %}
    ) as counted
{%- endmacro %}


{#- How many rows a staging model would have if nobody were forgotten. A unit test
    has no raw tables: there, as many as are staged. -#}
{% macro raw_row_count_of(model_name) -%}
    {%- if execute and model.resource_type != 'unit_test' -%}
    (select count(*) from {{ rows_of(model_name) }})
    {%- else -%}
    count(*)
    {%- endif -%}
{%- endmacro %}
