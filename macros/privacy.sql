{#- What stands for a customer's key in the marts. Null stays null. The key is
    hashed twice with the salt, as an HMAC does: with md5(salt || key) a guessed
    salt could be tried at billions per second, and texts be appended.
    The model imports int_customer_salt as the CTE customer_salt. A scalar
    subquery, so that without a salt ids are null and never unsalted. -#}
{% macro hashed_customer_id(expression) -%}
    {%- set salt = '(select customer_salt.salt from customer_salt)' -%}
    {{ sha256_text(salt ~ ' || ' ~ sha256_text(salt ~ ' || ' ~ expression)) }}
{%- endmacro %}


{#- True when a text looks as if it held an e-mail address, or the number of a
    telephone or a card: what says nothing about an issue and much about a person. -#}
{% macro looks_personal(expression) -%}
    {{ text_matches(
        expression, "'@[^@ ]+[.][A-Za-z]{2}|[0-9]([ ().-]?[0-9]){5}'"
    ) }}
{%- endmacro %}


{#- An id as marts show it. Ids are for looking things up in the tool that gave
    them, so they stay, unless a team uses its customers' addresses or telephone
    numbers as ids ('whatsapp:+49...'): then a hash stands for them. Plain digits
    are no telephone number here, as most ids hold some. The model imports
    int_customer_salt as the CTE customer_salt. -#}
{% macro shown_id(expression) -%}
    case
        when
            {{ text_matches(
                expression, "'@[^@ ]+[.][A-Za-z]{2}|[+][0-9 ().-]{7}'"
            ) }}
            then {{ hashed_customer_id(expression) }}
        else {{ expression }}
    end
{%- endmacro %}


{#- A list of sentences: what is wrong with the salt. It stands in a table that
    only the warehouse holds. A var would stand in the compiled SQL, the manifest
    and the logs, and dbt takes no secret from the environment outside profiles. -#}
{% macro preflight_salt() -%}
    {%- set problems = [] -%}
    {%- set table = own_table('customer_salt') -%}
    {%- if not has_usable_salt(table) -%}
        {%- do problems.append(
            "target '" ~ target.name ~ "' has no salt, without which anybody "
            ~ "who knows an e-mail address could find its customer in the marts. "
            ~ "Run ./scripts/set_salt --target " ~ target.name ~ " once"
        ) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}


{#- True when the table holds one salt that nobody can guess. What this run made
    itself is there, though dbt's list of relations is older. -#}
{% macro has_usable_salt(table) -%}
    {%- if not own_salt() and not adapter.get_relation(
        table.database, table.schema, table.identifier
    ) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set found = run_query(
        'select count(*) as salts, min(length(salt)) as shortest from ' ~ table
    ).rows[0] -%}
    {{ return(found[0] == 1 and (found[1] or 0) >= 16) }}
{%- endmacro %}


{#- A table that Afterclose keeps beside its models, as a relation. -#}
{% macro own_table(name) -%}
    {%- set node = graph.sources.values()
        | selectattr('package_name', 'equalto', 'afterclose')
        | selectattr('source_name', 'equalto', 'afterclose')
        | selectattr('name', 'equalto', name) | first -%}
    {{ return(api.Relation.create(
        database=node.database, schema=node.schema, identifier=node.identifier,
        type='table'
    )) }}
{%- endmacro %}


{#- In a staging model: true unless one of the row's ids belongs to a person whom
    scripts/forget_customer erased. Raw tables are the company's own and may still
    hold such rows, or get them again. The list holds hashes, so that it says
    nothing about anybody; it is read as a plain table because it is no model, and
    no unit test should have to mind it.
      tool  the tool that gave the ids of tickets, persons and sessions
      ids   {column: kind}; 'key' is what other tools know a customer by too -#}
{% macro is_remembered(tool, ids) -%}
    {%- set list = own_list() -%}
    {%- set salt = "(select min(value) from " ~ list ~ " where kind = 'salt')" -%}
    {%- for column, kind in ids.items() %}
    {{ "and " if not loop.first -}}
    coalesce({{ sha256_text(salt ~ " || " ~ sha256_text(
        salt ~ " || " ~ text_literal(
            'key' if kind == 'key' else tool ~ ':' ~ kind
        ) ~ " || '|' || " ~ (
            text_replace(
                small_letters(
                    'trim(cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ '))'
                ),
                '^[$]device:', ''
            ) if kind == 'key'
            else 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')'
        )
    )) }}, '') not in (select value from {{ list }} where kind = 'id')
    {%- endfor -%}
{%- endmacro %}


{#- The list of forgotten people: one row with a salt of its own, which is never
    changed, and hashes of ids. -#}
{% macro own_list() -%}
    {{ return(api.Relation.create(
        schema=generate_schema_name('intermediate', none), identifier='forgotten'
    )) }}
{%- endmacro %}


{#- On run start, one statement each, before anything else asks the warehouse: a
    query would begin a transaction, at whose end the tables were gone again. The
    list is there, empty while nobody asked to be forgotten, and a file has a salt. -#}
{% macro create_own_schema() -%}
    {%- if execute and flags.WHICH in ['run', 'build', 'test', 'snapshot'] -%}
    create schema if not exists
    {{ adapter.quote(generate_schema_name('intermediate', none)) }}
    {%- endif -%}
{%- endmacro %}


{% macro create_own_list() -%}
    {%- if execute and flags.WHICH in ['run', 'build', 'test', 'snapshot'] -%}
    create table if not exists {{ own_list() }} (
        kind {{ dbt.type_string() }},
        value {{ dbt.type_string() }}
    )
    {%- endif -%}
{%- endmacro %}


{% macro create_own_salt() -%}
    {%- if execute and flags.WHICH in ['run', 'build', 'test', 'snapshot']
        and own_salt() -%}
    create table if not exists {{ own_table('customer_salt') }} as
    select {{ own_salt() }} as salt
    {%- endif -%}
{%- endmacro %}
