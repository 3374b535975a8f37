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
    {%- for column, kind in ids.items() %}
    {{ "and " if not loop.first -}}
    coalesce({{ hash_on_list(tool, kind, column) }}, '') not in ({{ own_hashes() }})
    {%- endfor -%}
{%- endmacro %}


{#- How an id stands on the list; null for null. -#}
{% macro hash_on_list(tool, kind, column) -%}
    {%- set salt = "(select min(value) from " ~ own_list()
        ~ " where kind = 'salt')" -%}
    {{ sha256_text(salt ~ " || " ~ sha256_text(
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
    )) }}
{%- endmacro %}


{#- A select of all hashes on the list. -#}
{% macro own_hashes() -%}
    select value from {{ own_list() }} where kind = 'id'
{%- endmacro %}


{#- A model's rows as a relation, those of forgotten people among them: its own SQL
    down to the raw tables, with is_remembered always true. -#}
{% macro rows_of(model_name) -%}
    {%- set node = graph.nodes['model.afterclose.' ~ model_name] -%}
    (
        {{ render(
            '{%- set ref = rows_of -%}{%- set is_remembered = is_a_row -%}'
            ~ node.raw_code
        ) }}
    ) as rows_of_{{ model_name }}
{%- endmacro %}


{#- What rows_of puts in place of is_remembered. -#}
{% macro is_a_row(tool, ids) -%}
    1 = 1
{%- endmacro %}


{#- On run start: ids that raw rows name beside one on the list go on it, too. What
    a forgotten customer does later comes under new ids, and the rows that hang on
    those (agents' answers, steps of a run) name nothing else. -#}
{% macro extend_own_list() -%}
    {%- if execute and flags.WHICH in ['run', 'build'] and run_query(
        "select count(*) from " ~ own_list() ~ " where kind = 'salt'"
    ).rows[0][0] > 0 -%}
        {%- for bond in bonds_of_ids() -%}
            {#- dbt commits no transaction that nobody began. -#}
            {%- call statement('extend_own_list', auto_begin=true) -%}
                {{ ids_beside_listed_ones(**bond) }}
            {%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- A statement that puts on the list what bonds_of_ids says. -#}
{% macro ids_beside_listed_ones(tool, model, known_by, gives) -%}
    insert into {{ own_list() }}
    with

    forgotten_rows as (

        select * from {{ rows_of(model) }}
        where
            {%- for column, kinds in known_by.items() %}
            {%- set outer = loop %}
            {%- for kind in ([kinds] if kinds is string else kinds) %}
            {{ "or " if not (outer.first and loop.first) -}}
            {{ hash_on_list(
                kind.split(':')[0] if ':' in kind else tool,
                kind.split(':')[-1], column
            ) }} in ({{ own_hashes() }})
            {%- endfor %}
            {%- endfor %}

    ),

    hashes as (
        {% for column, kind in gives.items() %}
        select {{ hash_on_list(tool, kind, column) }} as value
        from forgotten_rows
        {{ "union" if not loop.last }}
        {%- endfor %}

    )

    select 'id' as kind, value
    from hashes
    where value is not null and value not in ({{ own_hashes() }})
{%- endmacro %}


{#- Which ids stand together in one raw row and mean one person, in this order, as
    one bond finds what the next one asks for.
      known_by  {column: kind or kinds}: on the list, so the row is a forgotten one's
      gives     {column: kind}: what goes on the list then -#}
{% macro bonds_of_ids() -%}
    {%- set layouts = {
        'zendesk': {
            'fivetran': [
                'stg_zendesk__users', 'stg_zendesk__tickets',
                'stg_zendesk__ticket_chats',
            ],
            'airbyte': [
                'stg_zendesk__users_airbyte', 'stg_zendesk__tickets_airbyte',
                'stg_zendesk__ticket_chats_airbyte',
            ],
        }[var('zendesk_layout')],
        'intercom': [{
            'fivetran': 'stg_intercom__contact_history',
            'airbyte': 'stg_intercom__contacts',
        }[var('intercom_layout')], 'int_intercom__requesters'],
        'freshdesk': ['stg_freshdesk__contacts', 'stg_freshdesk__tickets'],
        'langfuse': {
            'legacy': 'stg_langfuse__traces',
            'v2': 'stg_langfuse__observations_v2',
        }[var('langfuse_layout')],
        'langsmith': 'stg_langsmith__runs',
        'braintrust': 'stg_braintrust__logs',
        'datadog': 'stg_datadog__spans',
        'opentelemetry': 'int_opentelemetry__spans',
        'amplitude': {
            'fivetran': 'stg_amplitude__events',
            'airbyte': 'stg_amplitude__events_airbyte',
        }[var('amplitude_layout')],
    } -%}
    {%- set bonds = [] -%}

    {%- for tool in var('ticket_sources') -%}
        {%- set person = {
            'zendesk': 'user_id'
        }.get(tool, 'contact_id') -%}
        {%- do bonds.append({
            'tool': tool, 'model': layouts[tool][0],
            'known_by': {'email': 'key', 'external_id': 'key'},
            'gives': {person: 'person'},
        }) -%}
        {#- Only whoever asked: others may take part in somebody else's ticket. -#}
        {%- set ticket = {
            'intercom': 'conversation_id'
        }.get(tool, 'ticket_id') -%}
        {%- do bonds.append({
            'tool': tool, 'model': layouts[tool][1],
            'known_by': {'requester_id': 'person'},
            'gives': {ticket: 'ticket'},
        }) -%}
    {%- endfor -%}
    {%- if 'zendesk' in var('ticket_sources') -%}
        {%- do bonds.append({
            'tool': 'zendesk', 'model': layouts.zendesk[2],
            'known_by': {'ticket_id': 'ticket'}, 'gives': {'chat_id': 'chat'},
        }) -%}
    {%- endif -%}

    {#- Twice: what the first finds (a session, a merged id) names more. -#}
    {%- for tool in var('trace_sources') + var('trace_sources') -%}
        {%- set run = {
            'langsmith': 'run_id', 'braintrust': 'run_id'
        }.get(tool, 'trace_id') -%}
        {%- set tickets = [] -%}
        {%- for desk in var('ticket_sources') -%}
            {%- do tickets.append(desk ~ ':ticket') -%}
        {%- endfor -%}
        {%- set bond = {
            'tool': tool, 'model': layouts[tool],
            'known_by': {
                'customer_external_id': 'key', 'customer_email': 'key',
                'customer_anonymous_id': 'key', 'session_ref': 'session',
                run: 'run',
            },
            'gives': {run: 'run', 'session_ref': 'session'},
        } -%}
        {%- if tickets -%}
            {%- do bond.known_by.update({'ticket_ref': tickets}) -%}
        {%- endif -%}
        {#- Feedback hangs on one step. -#}
        {%- if tool in ['langsmith', 'datadog'] -%}
            {%- do bond.gives.update({'source_row_id': 'run'}) -%}
        {#- An evaluation may name nothing but the answer that it judges. -#}
        {%- elif tool == 'opentelemetry' -%}
            {%- do bond.gives.update({'response_id': 'run'}) -%}
        {%- endif -%}
        {%- do bonds.append(bond) -%}
    {%- endfor -%}
    {%- if 'amplitude' in var('event_sources') -%}
        {%- for time in [1, 2] -%}
            {%- do bonds.append({
                'tool': 'amplitude', 'model': layouts.amplitude,
                'known_by': {
                    'customer_external_id': 'key', 'customer_email': 'key',
                    'device_id': 'key', 'amplitude_id': 'person',
                    'merged_amplitude_id': 'person',
                },
                'gives': {
                    'amplitude_id': 'person', 'merged_amplitude_id': 'person',
                },
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(bonds) }}
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
