{#- Which raw rows came or went since the last build.

    A staging view with raw_keys, {its column: SQL over the columns of its raw table},
    keeps the hash of each raw row beside those columns in a table raw_rows_of__<view>,
    and notes the values of rows that it did not see before or does not see any more
    (slices.sql). Loaders' own times would not do: rows are changed without them, come
    late, and go. -#}


{#- The raw table that a staging view with raw_keys reads, or none: it may be absent. -#}
{% macro raw_relation(node) -%}
    {%- for id in node.depends_on.nodes
        if node.config.get('raw_keys') and id in graph.sources -%}
        {{ return(relation_of(graph.sources[id])) }}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}


{#- Where a staging view keeps which raw rows it has seen. -#}
{% macro seen_rows_of(view) -%}
    {{ return(api.Relation.create(
        database=view.database, schema=generate_schema_name('intermediate', none),
        identifier='raw_rows_of__' ~ view.identifier, type='table'
    )) }}
{%- endmacro %}


{#- Write down which raw rows there are and note which keys have other rows than before.
      raw       the raw table
      contents  what the view was before, if its rows were seen then; else none -#}
{% macro see_raw_rows(raw, contents) -%}
    {%- set seen = seen_rows_of(this) -%}
    {%- set now = seen.incorporate(path={'identifier': seen.identifier ~ '__now'}) -%}
    {%- set keys = config.get('raw_keys') -%}
    {%- set columns = keys.keys() | join(', ') -%}
    {%- do drop_if_there(now) -%}
    {% call statement('see') %}
        create table {{ now }} as
        select
            {%- for column, sql in keys.items() %}
            {{ sql }} as {{ column }},
            {%- endfor %}
            {{ row_hash(any_row()) }} as row_hash
        from {{ raw }} as {{ any_row() }}
    {% endcall %}
    {#- The raw table's: what leaves below is in it still. -#}
    {%- set raw_contents = sums_of(now, hashed='row_hash') ~ ':' ~ shape_of(raw) -%}
    {%- if contents -%}
    {% call statement('note') %}
        create table {{ changes_of(this) }} as
        with

        changed as (

            select row_hash
            from (
                select row_hash, 1 as side from {{ now }}
                union all
                select row_hash, -1 as side from {{ seen }}
            ) as sides
            group by row_hash
            having sum(side) <> 0

        )

        select {{ columns }} from {{ now }}
        where row_hash in (select row_hash from changed)
        union
        select {{ columns }} from {{ seen }}
        where row_hash in (select row_hash from changed)
    {% endcall %}
    {%- do remember(changes_of(this), '-', contents) -%}
    {%- endif -%}
    {%- do leave_out_forgotten(now, keys) -%}
    {%- do drop_if_there(seen) -%}
    {% call statement('rename') %}
        alter table {{ now }} rename to {{ adapter.quote(seen.identifier) }}
    {% endcall %}
    {%- do remember(seen, '-', raw_contents) -%}
{%- endmacro %}


{#- Raw tables may still hold rows of forgotten people; what was seen of them goes. -#}
{% macro leave_out_forgotten(seen, keys) -%}
    {%- if run_query(own_hashes() ~ ' limit 1').rows -%}
        {%- set values = [] -%}
        {%- for column in keys -%}
            {%- do values.append('coalesce(' ~ column ~ ", '')") -%}
        {%- endfor -%}
        {%- set key = values | join(" || '|' || ") -%}
        {% call statement('leave_out') %}
            delete from {{ seen }} where {{ key }} not in (
                select {{ key }} from {{ this }}
            )
        {% endcall %}
    {%- endif -%}
{%- endmacro %}
