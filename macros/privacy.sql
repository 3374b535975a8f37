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
    {%- if own_salt() and not adapter.get_relation(
        table.database, table.schema, table.identifier
    ) -%}
        {%- do adapter.create_schema(table) -%}
        {%- do run_query(
            'create table ' ~ table ~ ' as select ' ~ own_salt() ~ ' as salt'
        ) -%}
        {%- do log('Made a salt for the hashed ids of customers', info=true) -%}
    {%- elif not has_usable_salt(table) -%}
        {%- do problems.append(
            "target '" ~ target.name ~ "' has no salt, without which anybody "
            ~ "who knows an e-mail address could find its customer in the marts. "
            ~ "Run ./scripts/set_salt --target " ~ target.name ~ " once"
        ) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}


{#- True when the table holds one salt that nobody can guess. -#}
{% macro has_usable_salt(table) -%}
    {%- if not adapter.get_relation(
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
