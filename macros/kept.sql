{#- Relations are built again only when something they are made of has changed.
    A build with nothing new then costs a scan of the raw tables, and a changed
    seed or var costs what hangs on it.

    A relation's comment holds fingerprints: of what it was made from (its SQL, and
    the contents of all that it reads), of its own contents, and of its rule (the
    model as it is written). It is written after the rows, and a table that is
    replaced or dropped takes it along, so no build that was killed leaves a claim
    that is not true. --full-refresh asks no comment. Spark builds everything: its
    tables are replaced as files. -#}


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

{% materialization incremental_by_key, adapter='duckdb' %}
    {{ return(build_unless_kept('table', dbt.materialization_incremental_duckdb)) }}
{% endmaterialization %}

{% materialization incremental_by_key, adapter='postgres' %}
    {{ return(build_unless_kept('table', dbt.materialization_incremental_default)) }}
{% endmaterialization %}


{#- What a materialization does: nothing, or what `build` does. -#}
{% macro build_unless_kept(type, build) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set built = this.incorporate(type=type) -%}
    {%- set now = made_from_now(existing, built) -%}
    {%- if now.is_as_before -%}
        {{ run_hooks(pre_hooks, inside_transaction=False) }}
        {{ run_hooks(pre_hooks, inside_transaction=True) }}
        {#- Hooks stand in a transaction, and dbt commits none that nobody began. -#}
        {% call statement('begin') %}select 1{% endcall %}
        {#- dbt's log says what became of the model. -#}
        {% call noop_statement('main', 'KEPT', 'KEPT') %}
            -- Nothing that this model is made of has changed.
        {% endcall %}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
        {{ adapter.commit() }}
        {{ run_hooks(post_hooks, inside_transaction=False) }}
        {{ return({'relations': [built]}) }}
    {%- endif -%}

    {#- A table that is changed in place keeps its comment while it changes. -#}
    {%- if existing and model.config.materialized == 'incremental_by_key' -%}
        {{ remember(existing, '-', '-', now.rule_before) }}
        {{ adapter.commit() }}
    {%- endif -%}
    {%- set result = build() -%}
    {#- A view holds what it is made from. -#}
    {{ remember(
        built, now.made_from,
        now.made_from if type == 'view' else contents_of(built), rule_now()
    ) }}
    {{ adapter.commit() }}
    {{ return(result) }}
{%- endmacro %}


{#- A table or view in place of the one that is there, in one transaction, so that
    nobody sees it missing. On DuckDB dbt's own way, a second table and two
    renames, costs three times as long where there are few rows. -#}
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
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [built]}) }}
{%- endmacro %}


{#- As dbt's, which knows its own name for it only; and false when the model was
    written otherwise when its rows were made, so that no row is left that another
    rule made. -#}
{% macro is_incremental() -%}
    {%- if not execute
        or model.config.materialized not in ['incremental', 'incremental_by_key']
        or should_full_refresh() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set existing = load_relation(this) -%}
    {%- if existing is none or existing.type != 'table' -%}
        {{ return(false) }}
    {%- endif -%}
    {%- if model.config.materialized == 'incremental' -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set comment = remembered([this]).get(
        this.schema ~ '.' ~ this.identifier
    ) -%}
    {{ return(comment is not none and comment.rule == rule_now()) }}
{%- endmacro %}


{#- made_from: a hash of the SQL of this model and of the contents of all that it
    reads; is_as_before: true when the relation that is there was made from just
    that; rule_before: the rule that made its rows. -#}
{% macro made_from_now(existing, built) -%}
    {%- set parents = [] -%}
    {%- for id in model.depends_on.nodes -%}
        {%- set node = graph.nodes.get(id) or graph.sources[id] -%}
        {%- do parents.append(api.Relation.create(
            database=node.database, schema=node.schema,
            identifier=node.identifier or node.alias
        )) -%}
    {%- endfor -%}
    {#- Read without a ref: is_remembered says why. -#}
    {%- if own_list() | string in compiled_code -%}
        {%- do parents.append(own_list()) -%}
    {%- endif -%}

    {%- set comments = remembered(parents + [built]) -%}
    {%- set contents = [] -%}
    {%- for parent in parents -%}
        {%- set comment = comments.get(parent.schema ~ '.' ~ parent.identifier) -%}
        {%- do contents.append(
            comment.contents if comment and comment.contents != '-'
            else contents_of(parent)
        ) -%}
    {%- endfor -%}
    {#- Functions of ours that the SQL calls are a part of it. -#}
    {%- set made_from = local_md5(
        whole_sql(compiled_code) ~ create_own_functions() ~ contents | join(' ')
    ) -%}

    {%- set before = comments.get(built.schema ~ '.' ~ built.identifier) -%}
    {%- set is_as_before = (
        existing is not none and existing.type == built.type
        and before is not none and before.made_from == made_from
        and not flags.FULL_REFRESH
    ) -%}
    {{ return({
        'made_from': made_from, 'is_as_before': is_as_before,
        'rule_before': before.rule if before else '-'
    }) }}
{%- endmacro %}


{#- A hash of this model as it is written. -#}
{% macro rule_now() -%}
    {{ return(local_md5(model.raw_code)) }}
{%- endmacro %}


{#- The SQL of a model without the lines that leave out rows it knows already:
    a first build and a later one make the same table. -#}
{% macro whole_sql(statement) -%}
    {{ return(modules.re.sub(
        '(?s)\\n *-- unless known.*?-- known until here\\n *', '', statement
    )) }}
{%- endmacro %}


{#- {'schema.name': fingerprints} of those relations that have a comment of ours. -#}
{% macro remembered(relations) -%}
    {%- set found = {} -%}
    {%- for row in run_query(comments_of(relations)).rows -%}
        {%- set parts = (row[1] or '').split(' ') -%}
        {%- if parts | length == 4 and parts[0] == 'afterclose' -%}
            {%- do found.update({row[0]: {
                'made_from': parts[1], 'contents': parts[2], 'rule': parts[3]
            }}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#- Write a relation's comment; '-' is what nothing has for a fingerprint. -#}
{% macro remember(relation, made_from, contents, rule) -%}
    {% call statement('remember') %}
        comment on {{ relation.type }} {{ relation }}
        is 'afterclose {{ made_from }} {{ contents }} {{ rule }}'
    {% endcall %}
{%- endmacro %}


{#- A fingerprint of a relation's rows, in whatever order. -#}
{% macro contents_of(relation) -%}
    {{ return(run_query(
        'select ' ~ contents_fingerprint('contents') ~ ' from ' ~ relation
        ~ ' as contents'
    ).rows[0][0]) }}
{%- endmacro %}
