{#- What a build changes travels from model to model as values of keys, so that a
    build costs what is new and not what is there.

    Two settings of a model, both off unless given:
      changes_by  columns whose values are noted when rows of the model are added,
                  changed or taken away
      slice_by    a column. The rows of one value (a slice) are made of rows of that
                  value alone in each parent that notes changes by it. How to find the
                  rows of a parent that has no such column stands in slice_through:
                  {parent: [its column, a parent that has both columns, the name there
                  if another]}. All other parents count for every slice: when one of
                  them changes, the whole model is built.

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
    'column', 'through': the relation that has both columns or none, 'known_as': the
    column's name there}. -#}
{% macro sliced_parents(node) -%}
    {%- set found = [] -%}
    {%- set relations = {} -%}
    {%- for id in node.depends_on.nodes if id in graph.nodes -%}
        {%- set parent = graph.nodes[id] -%}
        {%- do relations.update({parent.name: api.Relation.create(
            database=parent.database, schema=parent.schema, identifier=parent.alias
        )}) -%}
    {%- endfor -%}
    {%- for id in node.depends_on.nodes if id in graph.nodes -%}
        {%- set parent = graph.nodes[id] -%}
        {%- set way = (node.config.get('slice_through') or {}).get(
            parent.name, [node.config.get('slice_by')]
        ) -%}
        {%- set column = way[0] -%}
        {%- if column and column in (parent.config.get('changes_by') or []) -%}
            {%- do found.append({
                'node': parent, 'relation': relations[parent.name],
                'column': column,
                'through': relations[way[1]] if way[1:] else none,
                'known_as': way[2] if way[2:] else column
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
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
        {%- set values = 'select distinct ' ~ parent.column ~ ' from '
            ~ changes_of(parent.relation) -%}
        {%- do selects.append(
            values if not parent.through
            else 'select distinct ' ~ key ~ ' from ' ~ parent.through ~ ' where '
                ~ parent.known_as ~ ' in (' ~ values ~ ')'
        ) -%}
    {%- endfor -%}
    {%- do make_temporary(table, selects | join(' union ')) -%}
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


{#- A condition: the row belongs to one of the slices. -#}
{% macro in_slices(slices, parent=none) -%}
    {%- set wanted = slices.key ~ ' in (select ' ~ slices.key ~ ' from '
        ~ slices.table ~ ')'
        ~ (' or ' ~ slices.key ~ ' is null' if slices.with_null) -%}
    {{ return(
        parent.column ~ ' in (select ' ~ parent.known_as ~ ' from ' ~ parent.through
        ~ ' where ' ~ wanted ~ ')' if parent and parent.through else wanted
    ) }}
{%- endmacro %}


{#- SQL of a model or view over the rows of some slices alone. A view that goes by
    slices itself is read by its own SQL where the engine gives it: from outside, no
    condition gets past its windows. -#}
{% macro sql_of_slices(sql, node, slices) -%}
    {%- set found = namespace(sql=sql) -%}
    {%- set parents = sliced_parents(node) -%}
    {%- for parent in parents -%}
        {%- set name = modules.re.escape(parent.relation.schema) ~ '"?[.]"?'
            ~ modules.re.escape(parent.relation.identifier) -%}
        {%- set name = '(?:"?\\w+"?[.])?"?' ~ name ~ '(?:"|\\b)' -%}
        {%- set rows = '@slice ' ~ loop.index ~ '@' -%}
        {%- set found.sql = modules.re.sub(
            name ~ '(?i:(?! as ))', rows ~ ' as ' ~ parent.relation.identifier,
            modules.re.sub(name ~ '(?i:(?= as ))', rows, found.sql)
        ) -%}
    {%- endfor -%}
    {%- for parent in parents -%}
        {%- set own = sql_of_view(parent.relation)
            if parent.node.config.materialized == 'view' and not parent.through -%}
        {%- set rows = sql_of_slices(own, parent.node, slices) if own
            else 'select * from ' ~ parent.relation ~ ' where '
                ~ in_slices(slices, parent) -%}
        {%- set found.sql = found.sql | replace(
            '@slice ' ~ loop.index ~ '@', '(' ~ rows ~ ')'
        ) -%}
    {%- endfor -%}
    {{ return(found.sql) }}
{%- endmacro %}


{#- Put new rows of some slices in place of the old ones and note what changed; the
    model's contents afterwards.
      contents  what they were before -#}
{% macro replace_slices(existing, slices, contents) -%}
    {%- set fresh = temporary(this.identifier ~ '__fresh') -%}
    {%- set of_slices = ' where ' ~ in_slices(slices) -%}
    {%- do drop_temporary(fresh) -%}
    {% call statement('fresh') %}
        {{ create_table_as(
            True, fresh, sql_of_slices(compiled_code, model, slices)
        ) }}
    {% endcall %}
    {#- dbt's log says what became of the model. -#}
    {% call noop_statement('main', 'SLICES ' ~ slices.count, 'SLICES', slices.count) %}
        {{ sql_of_slices(compiled_code, model, slices) }}
    {% endcall %}
    {%- set removed = contents_of(existing, of_slices) -%}
    {%- set added = contents_of(fresh) -%}
    {%- if removed != added -%}
        {%- if config.get('changes_by') -%}
            {%- do note_changes(
                hashes_of(existing, of_slices), hashes_of(fresh), contents
            ) -%}
        {%- endif -%}
        {%- set columns = adapter.get_columns_in_relation(existing)
            | map(attribute='quoted') | join(', ') -%}
        {% call statement('delete') %}
            delete from {{ existing }} {{ of_slices }}
        {% endcall %}
        {% call statement('insert') %}
            insert into {{ existing }} ({{ columns }})
            select {{ columns }} from {{ fresh }}
        {% endcall %}
    {%- endif -%}
    {%- do drop_temporary(fresh) -%}
    {{ return(contents_after(contents, removed, added)) }}
{%- endmacro %}


{#- Contents are a number of rows and a sum of their hashes. -#}
{% macro contents_after(contents, removed, added) -%}
    {%- set after = [] -%}
    {%- for before, less, more in zip(
        contents.split(':'), removed.split(':'), added.split(':')
    ) -%}
        {%- do after.append(before | int - less | int + more | int) -%}
    {%- endfor -%}
    {{ return(after | join(':')) }}
{%- endmacro %}


{#- Rows as they are told apart: the columns changes are noted by, and a hash. -#}
{% macro hashes_of(relation, condition='') -%}
    {{ return(
        'select ' ~ config.get('changes_by') | join(', ') ~ ', '
        ~ row_hash('contents') ~ ' as row_hash from ' ~ relation
        ~ ' as contents' ~ condition
    ) }}
{%- endmacro %}


{#- Write down which values have other rows than before, and which contents of the
    model the note leads from. -#}
{% macro note_changes(hashes_before, hashes_now, contents) -%}
    {%- set columns = config.get('changes_by') | join(', ') -%}
    {% call statement('note') %}
        create table {{ changes_of(this) }} as
        select distinct {{ columns }}
        from (
            select {{ columns }}
            from (
                select versions.*, 1 as side from ({{ hashes_now }}) as versions
                union all
                select versions.*, -1 as side from ({{ hashes_before }}) as versions
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
        create table {{ changes_of(this) }} as select * from {{ slices.table }}
    {% endcall %}
    {%- do remember(changes_of(this), '-', contents) -%}
{%- endmacro %}


{#- A table that lives as long as the session, as a relation. -#}
{% macro temporary(name) -%}
    {{ return(api.Relation.create(identifier=name, type='table').include(
        database=false, schema=false
    )) }}
{%- endmacro %}

{% macro drop_temporary(relation) -%}
    {% call statement('drop_temporary') %}
        drop table if exists {{ relation }}
    {% endcall %}
{%- endmacro %}

{% macro make_temporary(relation, select) -%}
    {%- do drop_temporary(relation) -%}
    {% call statement('make_temporary') %}
        create temporary table {{ relation }} as {{ select }}
    {% endcall %}
{%- endmacro %}
