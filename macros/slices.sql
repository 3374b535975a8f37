{#- What a build changes travels from model to model as values of keys, so that a
    build costs what is new and not what is there.

    Two settings of a model, both off unless given:
      changes_by  columns whose values are noted when rows of the model are added,
                  changed or taken away
      slice_by    a column. The rows of one value (a slice) are made of rows of that
                  value alone in each parent that notes changes by it. How to find the
                  rows of a parent that calls it otherwise, or has no such column,
                  stands in slice_through: {parent: [its column, what has both
                  columns, the name or names there if others]}. What has both is a
                  parent or, where rows come and go with other parents alone, `this`,
                  the model as it was. All other parents count for every slice: when
                  one of them changes, the whole model is built. A model that writes
                  the tool before its parents' ids says so in slice_prefix, one that
                  writes something else before each parent's, at the end of the list.

    Raw tables have no notes: staging views make them (raw_rows.sql).

    Only slices that changed are then built, by the same SQL over those rows of its
    parents, and put in place of the old ones in one transaction. The notes live as
    long as a build. A model that missed a note, because a build failed or named
    only some models, is built as a whole: a note says which contents it leads from,
    and they must be those that the model was made from. -#}


{#- Where a relation's changes are noted while a build runs. -#}
{% macro changes_of(relation) -%}
    {{ return(api.Relation.create(
        database=relation.database,
        schema=generate_schema_name('intermediate', none),
        identifier='changes_of__' ~ relation.identifier, type='table'
    )) }}
{%- endmacro %}


{#- On run start and end: notes that nobody may rely on any more. -#}
{% macro forget_changes() -%}
    {%- if execute and flags.WHICH in ['run', 'build'] -%}
        {%- set schema = generate_schema_name('intermediate', none) -%}
        {%- for name in tables_named_like(schema, 'changes_of__') %}
            drop table if exists {{ api.Relation.create(
                schema=schema, identifier=name
            ) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- The parents that a model or view reads by slices, a list of {'node', 'relation',
    'column', 'through': the node that has both columns or none, 'known_as': names of
    the column there, 'prefix': what stands before it in the key}. -#}
{% macro sliced_parents(node) -%}
    {%- set found = [] -%}
    {%- set nodes = {'this': node} -%}
    {%- for id in node.depends_on.nodes if id in graph.nodes -%}
        {%- do nodes.update({graph.nodes[id].name: graph.nodes[id]}) -%}
    {%- endfor -%}
    {%- for id in node.depends_on.nodes if id in graph.nodes -%}
        {%- set parent = graph.nodes[id] -%}
        {%- set way = (node.config.get('slice_through') or {}).get(
            parent.name, [node.config.get('slice_by')]
        ) -%}
        {%- set column, through, known_as, prefix = (way + [none] * 3)[:4] -%}
        {%- if column and column in noted_columns(parent) -%}
            {%- do found.append({
                'node': parent, 'relation': relation_of(parent), 'column': column,
                'through': nodes[through] if through else none,
                'known_as': [known_as or column] if known_as is not sequence
                    or known_as is string else known_as,
                'prefix': prefix or node.config.get('slice_prefix') or ''
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- The columns by which a model or view notes its changes. -#}
{% macro noted_columns(node) -%}
    {{ return(
        node.config.get('changes_by')
        or (node.config.get('raw_keys') or {}).keys() | list
    ) }}
{%- endmacro %}


{#- A model, seed or source as a relation. -#}
{% macro relation_of(node) -%}
    {{ return(api.Relation.create(
        database=node.database, schema=node.schema,
        identifier=node.identifier or node.alias
    )) }}
{%- endmacro %}


{#- The slices that changed, {'table': a temporary one, 'key', 'count', 'with_null':
    whether rows without a key are one of them}; none when they are so many that the
    model is better built as a whole.
      changed  those of sliced_parents that changed
      rows     how many rows there are to choose from; 0 when nobody knows -#}
{% macro slices_to_build(changed, rows) -%}
    {%- set key = config.get('slice_by') -%}
    {%- set table = temporary(this.identifier ~ '__slices') -%}
    {%- set selects = [] -%}
    {%- for parent in changed -%}
        {%- set values = ' from ' ~ changes_of(parent.relation) -%}
        {%- if not parent.through -%}
            {%- do selects.append(
                'select ' ~ prefixed(parent.prefix, parent.column) ~ ' as ' ~ key
                ~ values
            ) -%}
        {%- endif -%}
        {%- for column in parent.known_as if parent.through -%}
            {%- do selects.append(
                'select ' ~ prefixed(
                    '' if is_this(parent.through) else parent.prefix, key
                ) ~ ' as ' ~ key ~ ' from ' ~ relation_of(parent.through) ~ ' where '
                ~ column ~ ' in (select ' ~ parent.column ~ values ~ ')'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do make_temporary(table,
        'select distinct ' ~ key ~ ' from (' ~ selects | join(' union all ')
        ~ ') as changed'
    ) -%}
    {%- set counted = run_query(
        'select count(*), count(' ~ key ~ ') from ' ~ table
    ).rows[0] -%}
    {%- if rows and counted[0] > rows * var('slice_limit') -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return({
        'table': table, 'key': key, 'count': counted[0],
        'with_null': counted[1] < counted[0]
    }) }}
{%- endmacro %}


{#- A parent's key as the model spells it. -#}
{% macro prefixed(prefix, column) -%}
    {{ return(text_literal(prefix) ~ ' || ' ~ column if prefix else column) }}
{%- endmacro %}


{#- Whether a node is the model that is being built. -#}
{% macro is_this(node) -%}
    {{ return(node.unique_id == model.unique_id) }}
{%- endmacro %}


{#- A condition: the key, an expression, is one of the slices'.
      prefix  what stands before the key in that of the slices: taken away there,
              not put before the keys of all rows -#}
{% macro in_slices(slices, key, prefix='') -%}
    {%- set values = 'select ' ~ slices.key ~ ' from ' ~ slices.table -%}
    {%- if prefix -%}
        {%- set values = 'select substr(' ~ slices.key ~ ', ' ~ (prefix | length + 1)
            ~ ') from ' ~ slices.table ~ ' where left(' ~ slices.key ~ ', '
            ~ prefix | length ~ ') = ' ~ text_literal(prefix) -%}
    {%- endif -%}
    {{ return(
        key ~ ' in (' ~ values ~ ')'
        ~ (' or ' ~ key ~ ' is null' if slices.with_null else '')
    ) }}
{%- endmacro %}


{#- SQL of a model or view over the rows of some slices alone.
      prefix  what stands before the view's own key in that of the slices -#}
{% macro sql_of_slices(sql, node, slices, prefix='') -%}
    {%- set found = namespace(sql=sql) -%}
    {%- set parents = sliced_parents(node) -%}
    {%- for parent in parents -%}
        {%- set found.sql = put_in_place(
            parent.relation, '@slice ' ~ loop.index ~ '@', found.sql
        ) -%}
    {%- endfor -%}
    {%- for parent in parents -%}
        {%- set found.sql = found.sql | replace(
            '@slice ' ~ loop.index ~ '@',
            '(' ~ parent_in_slices(parent, slices, prefix) ~ ')'
        ) -%}
    {%- endfor -%}
    {{ return(found.sql) }}
{%- endmacro %}


{#- SQL that reads something else in place of a relation, under its name. -#}
{% macro put_in_place(relation, rows, sql) -%}
    {%- set name = '(?:(?:"[^"]+"|\\w+)[.])?"?' ~ modules.re.escape(relation.schema)
        ~ '"?[.]"?' ~ modules.re.escape(relation.identifier) ~ '(?:"|\\b)' -%}
    {{ return(modules.re.sub(
        name ~ '(?i:(?! as ))', rows ~ ' as "' ~ relation.identifier ~ '"',
        modules.re.sub(name ~ '(?i:(?= as ))', rows, sql)
    )) }}
{%- endmacro %}


{#- A select of a parent's rows that belong to some slices. Of what is found through
    the model as it was, all rows: it does not know those of new slices. -#}
{% macro parent_in_slices(parent, slices, prefix) -%}
    {%- if not parent.through -%}
        {{ return(rows_in_slices(
            parent.node, parent.column, slices, prefix ~ parent.prefix
        )) }}
    {%- elif is_this(parent.through) -%}
        {{ return('select * from ' ~ parent.relation) }}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- for column in parent.known_as -%}
        {%- do selects.append(
            'select ' ~ column ~ ' from (' ~ rows_in_slices(
                parent.through, slices.key, slices, prefix ~ parent.prefix
            ) ~ ') as through'
        ) -%}
    {%- endfor -%}
    {{ return(
        'select * from ' ~ parent.relation ~ ' where ' ~ parent.column
        ~ ' in (' ~ selects | join(' union all ') ~ ')'
    ) }}
{%- endmacro %}


{#- A select of a model's rows whose column, after the prefix, is one of the slices'. A
    view is read by its own SQL where the engine gives it: from outside, no condition
    gets past its windows, nor before what it makes of each raw row. -#}
{% macro rows_in_slices(node, column, slices, prefix) -%}
    {%- set raw_key = (node.config.get('raw_keys') or {}).get(column) -%}
    {%- set raw = raw_relation(node) -%}
    {%- set own = sql_of_view(relation_of(node))
        if node.config.materialized == 'view'
        and (node.config.get('slice_by') == column or raw_key and raw) -%}
    {%- if own and raw_key -%}
        {{ return(put_in_place(
            raw, '(select * from ' ~ raw ~ ' where '
            ~ in_slices(slices, raw_key, prefix) ~ ')', own
        )) }}
    {%- elif own -%}
        {{ return(sql_of_slices(own, node, slices, prefix)) }}
    {%- endif -%}
    {{ return(
        'select * from ' ~ relation_of(node) ~ ' where '
        ~ in_slices(slices, column, prefix)
    ) }}
{%- endmacro %}


{#- Put new rows of some slices in place of the old ones and note what changed; the
    model's contents afterwards.
      contents  what they were before -#}
{% macro replace_slices(existing, slices, contents) -%}
    {%- set fresh = temporary(this.identifier ~ '__fresh') -%}
    {%- set hashes = temporary(this.identifier ~ '__before') -%}
    {%- set of_slices = ' where ' ~ in_slices(slices, slices.key) -%}
    {#- Rows of other slices that came along are left out. -#}
    {%- set sql = 'select * from (' ~ sql_of_slices(compiled_code, model, slices)
        ~ ') as fresh' ~ of_slices -%}
    {%- do drop_if_there(fresh) -%}
    {% call statement('fresh') %}
        {{ create_table_as(True, fresh, sql) }}
    {% endcall %}
    {#- dbt's log says what became of the model. -#}
    {% call noop_statement('main', 'SLICES ' ~ slices.count, 'SLICES', slices.count) %}
        {{ sql }}
    {% endcall %}
    {#- Looked up once, for the fingerprint, the note and the delete: the table is
        large. -#}
    {%- do make_temporary(
        hashes, hashes_of(existing, of_slices, [row_position() ~ ' as row_position'])
    ) -%}
    {%- set removed = sums_of(hashes, hashed='row_hash') -%}
    {%- set added = sums_of(fresh) -%}
    {%- if removed != added -%}
        {%- if config.get('changes_by') -%}
            {%- do note_changes(hashes, hashes_of(fresh), contents) -%}
        {%- endif -%}
        {%- set columns = adapter.get_columns_in_relation(existing)
            | map(attribute='quoted') | join(', ') -%}
        {% call statement('delete') %}
            delete from {{ existing }} where {{ row_position() }} in (
                select row_position from {{ hashes }}
            )
        {% endcall %}
        {% call statement('insert') %}
            insert into {{ existing }} ({{ columns }})
            select {{ columns }} from {{ fresh }}
        {% endcall %}
    {%- endif -%}
    {%- do drop_if_there(hashes) -%}
    {%- do drop_if_there(fresh) -%}
    {{ return(contents_after(contents, removed, added)) }}
{%- endmacro %}


{#- Contents are a number of rows, a sum of their hashes, and a shape, which stays. -#}
{% macro contents_after(contents, removed, added) -%}
    {%- set after = [] -%}
    {%- for before, less, more in zip(
        contents.split(':'), removed.split(':'), added.split(':')
    ) -%}
        {%- do after.append(before | int - less | int + more | int) -%}
    {%- endfor -%}
    {{ return((after + contents.split(':')[2:]) | join(':')) }}
{%- endmacro %}


{#- Rows as they are told apart: the columns changes are noted by, if any, and a
    hash.
      beside  more columns -#}
{% macro hashes_of(relation, condition='', beside=[]) -%}
    {%- set columns = (config.get('changes_by') or []) + [
        row_hash(any_row()) ~ ' as row_hash'
    ] + beside -%}
    {{ return(
        'select ' ~ columns | join(', ') ~ ' from ' ~ relation ~ ' as ' ~ any_row()
        ~ condition
    ) }}
{%- endmacro %}


{#- Write down which values have other rows than before, and which contents of the
    model the note leads from.
      hashes_before  a table of what hashes_of gave
      hashes_now     such a select -#}
{% macro note_changes(hashes_before, hashes_now, contents) -%}
    {%- set columns = config.get('changes_by') | join(', ') -%}
    {% call statement('note') %}
        create table {{ changes_of(this) }} as
        select distinct {{ columns }}
        from (
            select {{ columns }}
            from (
                select {{ columns }}, row_hash, 1 as side
                from ({{ hashes_now }}) as versions
                union all
                select {{ columns }}, row_hash, -1 as side from {{ hashes_before }}
            ) as sides
            group by {{ columns }}, row_hash
            having sum(side) <> 0
        ) as changed
    {% endcall %}
    {%- do remember(changes_of(this), '-', contents) -%}
{%- endmacro %}


{#- A view's slices that changed are what it notes. -#}
{% macro note_slices(slices, contents) -%}
    {% call statement('note') %}
        create table {{ changes_of(this) }} as
        select {{ slices.key }} from {{ slices.table }}
    {% endcall %}
    {%- do remember(changes_of(this), '-', contents) -%}
{%- endmacro %}


{#- A table that lives as long as the session, as a relation. -#}
{% macro temporary(name) -%}
    {{ return(api.Relation.create(identifier=name, type='table').include(
        database=false, schema=false
    )) }}
{%- endmacro %}

{% macro drop_if_there(relation) -%}
    {% call statement('drop_if_there') %}
        drop table if exists {{ relation }}
    {% endcall %}
{%- endmacro %}

{% macro make_temporary(relation, select) -%}
    {%- do drop_if_there(relation) -%}
    {% call statement('make_temporary') %}
        create temporary table {{ relation }} as {{ select }}
    {% endcall %}
{%- endmacro %}
