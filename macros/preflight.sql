{#- Runs before the first model. Stops with one message that lists every var
    with an unusable value and every raw table and column that an enabled tool
    needs and the warehouse lacks, each with its remedy. Without it the first
    missing column surfaced as a database error, one per attempt. -#}
{% macro preflight() -%}
    {%- if execute and flags.WHICH in ['run', 'build', 'test', 'snapshot'] -%}
        {%- set problems = preflight_vars() + preflight_salt()
            + preflight_tables() + preflight_event_tables() -%}
        {%- if problems -%}
            {%- do exceptions.raise_compiler_error(
                'Afterclose cannot start, ' ~ problems | length ~ ' thing'
                ~ ('s' if problems | length > 1 else '') ~ ' to mend:\n\n  - '
                ~ problems | join('\n  - ') ~ '\n'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- A list of sentences, one for each var whose value cannot be used. -#}
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

    {%- for name in ['reporting_timezone', 'mixpanel_project_timezone']
        if not is_known_timezone(var(name)) -%}
        {%- do problems.append(
            "var " ~ name ~ " is '" ~ var(name) ~ "', which the warehouse does "
            ~ "not know: use an IANA name such as 'Europe/Berlin' or 'UTC'"
        ) -%}
    {%- endfor -%}
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
