{#- Relations are built again only when something they are made of has changed.
    A build with nothing new then costs a scan of the raw tables, and a changed
    seed or var costs what hangs on it.

    A relation's comment holds two fingerprints: of what it was made from (its SQL,
    and the contents of all that it reads), and of its own contents. It is written
    with the rows or after them, and a table that is replaced or dropped takes it
    along, so no build that was killed leaves a claim that is not true.
    --full-refresh asks no comment. What changed can go on by slices: slices.sql. A
    model that reads more tables of its source's schema than dbt knows of names them in
    its setting tables_beside.
    Spark builds everything: its tables are replaced as files. -#}


{% materialization table, adapter='duckdb' %}
    {{ return(build_unless_kept('table', replace_at_once)) }}
{% endmaterialization %}

{% materialization table, adapter='postgres' %}
    {{ return(build_unless_kept('table', dbt.materialization_table_default)) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(build_unless_kept('view', replace_at_once)) }}
{% endmaterialization %}

{% materialization view, adapter='postgres' %}
    {{ return(build_unless_kept('view', dbt.materialization_view_default)) }}
{% endmaterialization %}

{#- What a materialization does: nothing, or what `build` does. -#}
{% macro build_unless_kept(type, build) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set built = this.incorporate(type=type) -%}
    {%- set now = made_from_now(existing, built) -%}
    {%- if now.is_as_before -%}
        {#- dbt's log says what became of the model. -#}
        {% call noop_statement('main', 'KEPT', 'KEPT') %}
            -- Nothing that this model is made of has changed.
        {% endcall %}
        {#- Hooks need a transaction, and dbt commits none that nobody began. Without
            hooks these are three statements of four. -#}
        {%- if pre_hooks or post_hooks -%}
        {{ run_hooks(pre_hooks, inside_transaction=False) }}
        {{ run_hooks(pre_hooks, inside_transaction=True) }}
        {% call statement('begin') %}select 1{% endcall %}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
        {{ adapter.commit() }}
        {{ run_hooks(post_hooks, inside_transaction=False) }}
        {%- endif -%}
        {{ return({'relations': [built]}) }}
    {%- endif -%}

    {#- A view holds what it is made from. -#}
    {%- set contents = namespace(now=now.made_from) -%}
    {%- set slices = slices_to_build(now.changed, now.rows)
        if now.is_one_step and now.changed and existing.type == type
        and (type == 'view' or now.before.contents != '-') else none -%}
    {%- if slices and type == 'table' -%}
        {{ run_hooks(pre_hooks, inside_transaction=False) }}
        {{ run_hooks(pre_hooks, inside_transaction=True) }}
        {%- set contents.now = replace_slices(
            existing, slices, now.before.contents
        ) -%}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
        {%- do remember(built, now.made_from, contents.now) -%}
        {{ adapter.commit() }}
        {{ run_hooks(post_hooks, inside_transaction=False) }}
        {{ return({'relations': [built]}) }}
    {%- endif -%}

    {%- set hashes = none -%}
    {%- if type == 'table' and config.get('changes_by') and existing
        and existing.type == 'table' and now.before and now.before.contents != '-'
        and not flags.FULL_REFRESH -%}
        {%- set hashes = temporary(this.identifier ~ '__before') -%}
        {%- do make_temporary(hashes, hashes_of(existing)) -%}
    {%- endif -%}
    {%- set result = build() -%}
    {%- if type == 'table' -%}
        {%- set contents.now = contents_of(built) -%}
    {%- endif -%}
    {%- if hashes and contents.now != now.before.contents -%}
        {%- do note_changes(hashes, hashes_of(built), now.before.contents) -%}
    {%- elif slices -%}
        {%- do note_slices(slices, now.before.contents) -%}
    {%- elif raw_relation(model) -%}
        {%- do see_raw_rows(
            raw_relation(model), now.before.contents if now.is_one_step
        ) -%}
    {%- endif -%}
    {%- do remember(built, now.made_from, contents.now) -%}
    {{ adapter.commit() }}
    {%- if result.is_open -%}
        {{ run_hooks(post_hooks, inside_transaction=False) }}
    {%- endif -%}
    {%- if hashes -%}
        {%- do drop_if_there(hashes) -%}
        {{ adapter.commit() }}
    {%- endif -%}
    {{ return({'relations': result.relations}) }}
{%- endmacro %}


{#- A table or view in place of the one that is there, so that nobody sees it missing:
    the transaction stays open for the comment, which then needs none of its own. On
    DuckDB dbt's own way, a second table and two renames, costs three times as long
    where there are few rows. -#}
{% macro replace_at_once() -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set is_view = model.config.materialized == 'view' -%}
    {%- set built = this.incorporate(type='view' if is_view else 'table') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if existing %}
        {% call statement('drop') %}
            drop {{ existing.type }} {{ existing }}
        {% endcall %}
    {% endif %}
    {% call statement('main') %}
        {{ create_view_as(built, compiled_code) if is_view
            else create_table_as(False, built, compiled_code) }}
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ return({'relations': [built], 'is_open': true}) }}
{%- endmacro %}


{#- What a model is made of, compared with what it was made of:
      made_from     a hash of its SQL and of the contents of all that it reads
      is_as_before  true when the relation that is there was made from just that
      is_one_step   true when it was made from what its parents were before the
                    changes noted in this build, and all of these go by slices, or
                    from the raw rows that were seen then
      before        the relation's fingerprints, or none
      rows          those of its largest parent, or of itself
      changed       those of sliced_parents whose changes are noted -#}
{% macro made_from_now(existing, built) -%}
    {%- set parents = [] -%}
    {%- for id in model.depends_on.nodes -%}
        {%- do parents.append(
            relation_of(graph.nodes.get(id) or graph.sources[id])
        ) -%}
        {%- set source = parents[-1] -%}
        {%- for name in config.get('tables_beside') or [] if id in graph.sources -%}
            {%- do parents.append(source.incorporate(path={'identifier': name})) -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- Read without a ref: is_remembered says why. -#}
    {%- if own_list() | string in compiled_code -%}
        {%- do parents.append(own_list()) -%}
    {%- endif -%}
    {%- set sliced = sliced_parents(model) -%}
    {%- set notes = [] -%}
    {%- set seen = [] -%}
    {%- for parent in sliced -%}
        {%- do notes.append(changes_of(parent.relation)) -%}
        {%- if parent.node.config.get('raw_keys') -%}
            {%- do seen.append(seen_rows_of(parent.relation)) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- set raw = raw_relation(model) -%}
    {%- if raw -%}
        {%- do notes.append(seen_rows_of(this)) -%}
    {%- endif -%}

    {%- set comments = remembered(parents + notes + seen + [built]) -%}
    {%- set contents = [] -%}
    {%- set contents_before = [] -%}
    {%- for parent in parents -%}
        {%- set comment = comments.get(spelled(parent)) -%}
        {%- do contents.append(
            comment.contents if comment and comment.contents != '-'
            else contents_of(parent)
        ) -%}
        {%- set note = comments.get(spelled(
            seen_rows_of(this) if raw and parent == raw else changes_of(parent)
        )) -%}
        {#- Slices are put in place of rows that have the same columns. -#}
        {%- do contents_before.append(
            note.contents
            if note and note.contents.split(':')[2:] == contents[-1].split(':')[2:]
            else contents[-1]
        ) -%}
    {%- endfor -%}

    {%- set before = comments.get(spelled(built)) -%}
    {%- set is_comparable = (
        existing is not none and existing.type == built.type
        and before is defined and before is not none and not flags.FULL_REFRESH
    ) -%}
    {%- set made_from = hash_of_parts(contents) -%}
    {%- set changed = [] -%}
    {%- for parent in sliced if spelled(changes_of(parent.relation)) in comments -%}
        {%- do changed.append(parent) -%}
    {%- endfor -%}
    {%- set known = contents + [before.contents if before else '-'] -%}
    {%- for relation in seen if spelled(relation) in comments -%}
        {%- do known.append(comments[spelled(relation)].contents) -%}
    {%- endfor -%}
    {%- set rows = [0] -%}
    {%- for one in known if ':' in one -%}
        {%- do rows.append(one.split(':')[0] | int) -%}
    {%- endfor -%}
    {{ return({
        'made_from': made_from,
        'is_as_before': is_comparable and before.made_from == made_from,
        'is_one_step': (
            is_comparable and (changed or raw)
            and before.made_from == hash_of_parts(contents_before)
        ),
        'before': before,
        'rows': rows | max,
        'changed': changed
    }) }}
{%- endmacro %}


{#- A hash of this model's SQL and of what its parents hold. Functions of ours that
    the SQL calls are a part of it. -#}
{% macro hash_of_parts(contents) -%}
    {{ return(local_md5(
        compiled_code ~ (config.get('raw_keys') or '') ~ model.contract.checksum
        ~ create_own_functions() ~ contents | join(' ')
    )) }}
{%- endmacro %}


{#- How comments_of names a relation. -#}
{% macro spelled(relation) -%}
    {{ return(relation.schema ~ '.' ~ relation.identifier) }}
{%- endmacro %}


{#- {'schema.name': fingerprints} of those relations that have a comment of ours. -#}
{% macro remembered(relations) -%}
    {%- set found = {} -%}
    {%- for row in run_query(comments_of(relations)).rows -%}
        {%- set parts = (row[1] or '').split(' ') -%}
        {%- if parts | length == 3 and parts[0] == 'afterclose' -%}
            {%- do found.update({row[0]: {
                'made_from': parts[1], 'contents': parts[2]
            }}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- Write a relation's comment; '-' is what nothing has for a fingerprint. -#}
{% macro remember(relation, made_from, contents) -%}
    {% call statement('remember') %}
        comment on {{ relation.type }} {{ relation }}
        is 'afterclose {{ made_from }} {{ contents }}'
    {% endcall %}
{%- endmacro %}


{#- Names and types of a relation's columns, which the hash of a row does not tell,
    as one hash. A select of all columns of a parent stays the same when the parent
    gets one more. -#}
{% macro shape_of(relation) -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {{ return(local_md5(columns | join(', '))) }}
{%- endmacro %}


{#- What a row is called while its hash is asked for. A column of that name would be
    hashed in its place. -#}
{% macro any_row() -%}
    {{ return('afterclose_any_row') }}
{%- endmacro %}


{#- A fingerprint of what a relation holds: its rows, in whatever order, and shape. -#}
{% macro contents_of(relation) -%}
    {{ return(sums_of(relation) ~ ':' ~ shape_of(relation)) }}
{%- endmacro %}


{#- The number of a relation's rows and the sum of their hashes.
      hashed  a column that holds the hashes already -#}
{% macro sums_of(relation, hashed=none) -%}
    {{ return(run_query(
        "select count(*) || ':' || coalesce(sum("
        ~ (hashed or row_hash(any_row())) ~ '), 0)'
        ~ ' from ' ~ relation ~ ' as ' ~ any_row()
    ).rows[0][0]) }}
{%- endmacro %}
