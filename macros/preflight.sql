{#- Runs before the first model. Stops with one message that lists every var
    with an unusable value and every raw table and column that an enabled tool
    needs and the warehouse lacks, each with its remedy. Without it the first
    missing column surfaced as a database error, one per attempt. -#}
{% macro preflight() -%}
    {%- if execute and flags.WHICH in ['run', 'build', 'test', 'snapshot'] -%}
        {#- What cannot be a name or a number must not reach the warehouse. -#}
        {%- set problems = preflight_names() + preflight_numbers() -%}
        {%- if not problems -%}
            {%- set problems = preflight_vars() + preflight_salt()
                + preflight_role() + preflight_tables() + preflight_event_tables() -%}
        {%- endif -%}
        {%- if problems -%}
            {%- do exceptions.raise_compiler_error(
                'Afterclose cannot start, ' ~ problems | length ~ ' thing'
                ~ ('s' if problems | length > 1 else '') ~ ' to mend:\n\n  - '
                ~ problems | join('\n  - ') ~ '\n'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- A list of sentences, one for each var that names a schema, a table or a column
    by what is no such name, as dbt puts names into SQL as they are; and for a
    secret where everybody can read it. -#}
{% macro preflight_names() -%}
    {%- set problems = [] -%}
    {%- set names = [] -%}
    {%- for source in graph.sources.values()
        if source.package_name == 'afterclose'
        and source.source_name != 'afterclose' -%}
        {%- do names.append((source.source_name ~ '_schema', source.schema)) -%}
    {%- endfor -%}
    {%- for name in [
        'warehouse_events_event_tables', 'warehouse_events_event_columns'
    ] -%}
        {%- for value in var(name) -%}
            {%- do names.append((name, value)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, value in names | unique
        if not modules.re.match('^[\\w$]+([ -][\\w$]+)*$', value | string) -%}
        {%- do problems.append(
            "var " ~ name ~ " names '" ~ value ~ "': use a name of letters, "
            ~ "digits and _"
        ) -%}
    {%- endfor -%}
    {%- if var('customer_salt', '') -%}
        {%- do problems.append(
            "var customer_salt is set, and dbt writes vars into logs and "
            ~ "artifacts: take it out. ./scripts/set_salt --stdin keeps a salt "
            ~ "in the warehouse"
        ) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}


{#- A list of sentences, one for each var that is a number and holds none. -#}
{% macro preflight_numbers() -%}
    {%- set problems = [] -%}
    {%- for name in [
        'conversation_idle_hours', 'settle_hours', 'link_within_minutes',
        'duplicate_message_minutes', 'recontact_window_hours',
        'same_issue_similarity', 'min_sample', 'confidence_threshold',
        'intent_sample', 'intent_min_margin', 'refit_stability_limit',
        'refit_unclassified_limit', 'repeated_question_similarity',
        'repeated_answer_similarity', 'calibration_gap_limit',
        'session_grace_minutes', 'feedback_worst', 'feedback_best', 'slice_limit',
    ] if var(name) is not number or var(name) is boolean -%}
        {%- do problems.append(
            "var " ~ name ~ " is '" ~ var(name) ~ "': use a number"
        ) -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}


{#- A list of sentences, one for each other var whose value cannot be used. -#}
{% macro preflight_vars() -%}
    {%- set problems = [] -%}
    {%- set known = {
        'trace_sources': [
            'langfuse', 'langsmith', 'braintrust', 'opentelemetry', 'datadog'
        ],
        'ticket_sources': ['zendesk', 'intercom', 'freshdesk'],
        'event_sources': ['mixpanel', 'amplitude', 'warehouse_events'],
    } -%}
    {%- for switch, tools in known.items() -%}
        {%- for tool in var(switch) if tool not in tools -%}
            {%- do problems.append(
                "var " ~ switch ~ " names '" ~ tool ~ "', which is not a "
                ~ "known tool: use " ~ tools | join(', ')
            ) -%}
        {%- endfor -%}
    {%- endfor -%}

    {%- set choices = {
        'resolution_anchor': ['last_answer', 'ticket_close'],
        'langfuse_layout': ['legacy', 'v2'],
        'opentelemetry_layout': ['clickhouse', 'otlp'],
        'datadog_layout': ['sdk', 'export_api'],
        'zendesk_layout': ['fivetran', 'airbyte'],
        'intercom_layout': ['fivetran', 'airbyte'],
        'freshdesk_layout': ['airbyte', 'api'],
        'mixpanel_layout': ['fivetran', 'airbyte'],
        'amplitude_layout': ['fivetran', 'airbyte'],
        'warehouse_events_layout': [
            'segment', 'rudderstack', 'snowplow', 'generic'
        ],
        'recontact_window_hours': [24, 72, 168],
    } -%}
    {%- for name, allowed in choices.items() if var(name) not in allowed -%}
        {%- do problems.append(
            "var " ~ name ~ " is '" ~ var(name) ~ "': use one of "
            ~ allowed | join(', ')
        ) -%}
    {%- endfor -%}

    {%- if var('as_of') and not modules.re.match(
        '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$',
        var('as_of') | string
    ) -%}
        {%- do problems.append(
            "var as_of is '" ~ var('as_of') ~ "': use a time in UTC such as "
            ~ "'2026-01-31 00:00:00', or '' for the newest in the data"
        ) -%}
    {%- endif -%}

    {%- for name in ['reporting_timezone', 'mixpanel_project_timezone']
        if not is_known_timezone(var(name)) -%}
        {%- do problems.append(
            "var " ~ name ~ " is '" ~ var(name) ~ "', which the warehouse does "
            ~ "not know: use an IANA name such as 'Europe/Berlin' or 'UTC'"
        ) -%}
    {%- endfor -%}

    {#- Without Python models a refit in the build would do nothing, silently. -#}
    {%- if var('refit_intents') | as_bool and
        graph.nodes['model.afterclose.int_intent_terms'].language != 'python' -%}
        {%- do problems.append(
            "var refit_intents is true, but this warehouse learns no intents in "
            ~ "a build: leave the var out and run ./scripts/fit_intents"
        ) -%}
    {%- endif -%}
    {{ return(problems) }}
{%- endmacro %}


{#- A list of sentences, one for each raw table or column that is missing. -#}
{% macro preflight_tables() -%}
    {%- set problems = [] -%}
    {%- for source in graph.sources.values()
        if source.package_name == 'afterclose'
        and source.source_name != 'afterclose' -%}
        {%- set table = source.source_name ~ '.' ~ source.name -%}
        {%- set where = source.schema ~ '.' ~ source.identifier -%}
        {%- set relation = adapter.get_relation(
            source.database, source.schema, source.identifier
        ) -%}
        {%- if not relation -%}
            {%- do problems.append(missing_table_remedy(source, table, where)) -%}
        {%- else -%}
            {%- set present = adapter.get_columns_in_relation(relation)
                | map(attribute='name') | map('lower') | list -%}
            {%- for column in source.columns.values()
                if column.name not in present
                and table ~ '.' ~ column.name not in var('absent_columns') -%}
                {%- do problems.append(
                    missing_column_remedy(column, table, where)
                ) -%}
            {%- endfor -%}
            {#- A column by which another kind of export gives itself away. -#}
            {%- for column, remedy in source.meta.get('refused_columns', {}).items()
                if column in present -%}
                {%- do problems.append(
                    "table " ~ where ~ " has a column " ~ column ~ ": " ~ remedy
                ) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(problems) }}
{%- endmacro %}


{% macro missing_table_remedy(source, table, where) -%}
    {%- set lost = source.meta.get('lost_without') -%}
    {%- if lost -%}
        {{ return(
            "table " ~ where ~ " is missing. It is optional: add '" ~ table
            ~ "' to the var absent_tables and you lose only " ~ lost
        ) }}
    {%- endif -%}
    {{ return(
        "table " ~ where ~ " is missing. Load it, point the var "
        ~ source.source_name ~ "_schema at the schema that holds it, or take '"
        ~ source.source_name ~ "' out of the source list vars"
    ) }}
{%- endmacro %}


{% macro missing_column_remedy(column, table, where) -%}
    {%- set lost = column.meta.get('lost_without') -%}
    {%- if lost -%}
        {{ return(
            "column " ~ column.name ~ " of table " ~ where ~ " is missing. It "
            ~ "is optional: add '" ~ table ~ "." ~ column.name ~ "' to the var "
            ~ "absent_columns and you lose only " ~ lost
        ) }}
    {%- endif -%}
    {{ return(
        "column " ~ column.name ~ " of table " ~ where ~ " is missing. Load it "
        ~ "again with this column"
    ) }}
{%- endmacro %}
