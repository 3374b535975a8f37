{#- Everything that engines spell differently, and nothing else. Each macro says
    what it gives and what broke without it. default__ is DuckDB; the other
    engines get their own version beside it. -#}


{#- Gives a UTC `timestamp` without zone from a native timestamp, a native
    timestamp with zone, or text with or without an offset. Text that is no
    time gives null. A plain cast drops a "+02:00" without a word and reads a
    zoned value in the session's zone, so results moved with the machine. -#}
{% macro utc_timestamp(expression) -%}
    {{ return(adapter.dispatch('utc_timestamp')(expression)) }}
{%- endmacro %}

{% macro default__utc_timestamp(expression) -%}
    case
        when
            regexp_matches(
                cast({{ expression }} as varchar),
                '[0-9]{2}:[0-9]{2}.*([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$'
            )
            then try_cast(
                cast({{ expression }} as varchar) as timestamptz
            ) at time zone 'UTC'
        else try_cast(cast({{ expression }} as varchar) as timestamp)
    end
{%- endmacro %}


{#- Gives the UTC `timestamp` of a wall-clock time without zone that a tool
    wrote in the given IANA zone. -#}
{% macro local_to_utc(expression, timezone) -%}
    {{ return(adapter.dispatch('local_to_utc')(expression, timezone)) }}
{%- endmacro %}

{% macro default__local_to_utc(expression, timezone) -%}
    try_cast(
        cast({{ expression }} as varchar) as timestamp
    ) at time zone {{ text_literal(timezone) }} at time zone 'UTC'
{%- endmacro %}


{#- Gives the Monday (a date) of the week in which a UTC timestamp lies, as
    seen in the given IANA zone. -#}
{% macro week_start_date(expression, timezone) -%}
    {{ return(adapter.dispatch('week_start_date')(expression, timezone)) }}
{%- endmacro %}

{% macro default__week_start_date(expression, timezone) -%}
    cast(
        date_trunc(
            'week',
            {{ expression }} at time zone 'UTC'
            at time zone {{ text_literal(timezone) }}
        ) as date
    )
{%- endmacro %}


{#- Gives the UTC timestamp at which a date begins in the given IANA zone. -#}
{% macro day_begins_at(expression, timezone) -%}
    {{ return(adapter.dispatch('day_begins_at')(expression, timezone)) }}
{%- endmacro %}

{% macro default__day_begins_at(expression, timezone) -%}
    cast({{ expression }} as timestamp)
    at time zone {{ text_literal(timezone) }} at time zone 'UTC'
{%- endmacro %}


{#- Gives the seconds from one timestamp to a later one as double precision.
    datediff counts boundaries crossed: 59.9 seconds could read as 1 minute. -#}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    (epoch({{ later }}) - epoch({{ earlier }}))
{%- endmacro %}


{#- Gives the text at a path of keys (and array positions) in JSON text; null
    where the path is absent, the value is JSON null, or the text is no JSON. -#}
{% macro json_text(expression, path) -%}
    {{ return(adapter.dispatch('json_text')(expression, path)) }}
{%- endmacro %}

{% macro default__json_text(expression, path) -%}
    {%- set keys = [path] if path is string else path -%}
    {%- set steps = [] -%}
    {%- for key in keys -%}
        {%- do steps.append(
            '/' ~ (key | string | replace('~', '~0') | replace('/', '~1'))
        ) -%}
    {%- endfor -%}
    json_extract_string(
        case
            when json_valid(cast({{ expression }} as varchar))
                then cast({{ expression }} as varchar)
        end,
        {#- A pointer: in a path '$."a"', no key can hold a quotation mark. #}
        {{ text_literal(steps | join('') or '$') }}
    )
{%- endmacro %}


{#- True when the text contains a match of the regular expression. The dialect
    is what all engines share: classes, groups, alternation, repetition, ^ $,
    \b and \s; no look-around, no back-references. -#}
{% macro text_matches(expression, pattern) -%}
    {{ return(adapter.dispatch('text_matches')(expression, pattern)) }}
{%- endmacro %}

{% macro default__text_matches(expression, pattern) -%}
    regexp_matches({{ expression }}, {{ pattern }})
{%- endmacro %}


{#- Replaces every match of the regular expression in the text. -#}
{% macro text_replace(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('text_replace')(expression, pattern, replacement)) }}
{%- endmacro %}

{% macro default__text_replace(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}


{#- In a select list: one row for each match of the regular expression. -#}
{% macro each_match(expression, pattern) -%}
    {{ return(adapter.dispatch('each_match')(expression, pattern)) }}
{%- endmacro %}

{% macro default__each_match(expression, pattern) -%}
    unnest(regexp_extract_all({{ expression }}, '{{ pattern }}'))
{%- endmacro %}


{#- The continuous median of a numeric column, as an aggregate. -#}
{% macro median(expression) -%}
    {{ return(adapter.dispatch('median')(expression)) }}
{%- endmacro %}

{% macro default__median(expression) -%}
    percentile_cont(0.5) within group (order by {{ expression }})
{%- endmacro %}


{#- The column type behind a contract's word. dbt has no word for 64-bit
    floats: type_float is 32-bit on DuckDB (0.33333334). -#}
{% macro column_type(word) -%}
    {{ return(adapter.dispatch('column_type')(word)) }}
{%- endmacro %}

{% macro default__column_type(word) -%}
    {%- set types = {
        'string': dbt.type_string(),
        'timestamp': 'timestamp',
        'date': 'date',
        'boolean': 'boolean',
        'integer': 'integer',
        'bigint': 'bigint',
        'double precision': 'double precision',
        'decimal(28,12)': 'numeric(28, 12)',
    } -%}
    {{ types[word] }}
{%- endmacro %}


{#- True when the warehouse knows the IANA zone. Asked once, on run start. -#}
{% macro is_known_timezone(timezone) -%}
    {{ return(adapter.dispatch('is_known_timezone')(timezone)) }}
{%- endmacro %}

{% macro default__is_known_timezone(timezone) -%}
    {%- set found = run_query(
        'select count(*) as zones from pg_timezone_names() where lower(name) = '
        ~ text_literal(timezone | string | lower)
    ) -%}
    {{ return(found.rows[0][0] > 0) }}
{%- endmacro %}


{#- 'object', 'array' or 'string' when the text is such a JSON value, else null.
    Only text that begins like one is parsed: most message bodies are prose. -#}
{% macro json_kind(expression) -%}
    {{ return(adapter.dispatch('json_kind')(expression)) }}
{%- endmacro %}

{% macro default__json_kind(expression) -%}
    case
        when substr(ltrim({{ expression }}), 1, 1) in ('{', '[', '"')
            then case json_type(
                case when json_valid({{ expression }}) then {{ expression }} end
            )
                when 'OBJECT' then 'object'
                when 'ARRAY' then 'array'
                when 'VARCHAR' then 'string'
            end
    end
{%- endmacro %}


{#- In a JSON array of chat messages: the JSON text of the last one whose role is
    in the list (in lower case); null when none is. LangChain calls the role
    "type", or, where it writes its own objects, the last word of "id":
    ["langchain", "schema", "HumanMessage"]. The text must be a valid JSON
    array. Exploding the arrays instead multiplied the rows by the length of
    every history. -#}
{% macro json_last_message(expression, roles) -%}
    {{ return(adapter.dispatch('json_last_message')(expression, roles)) }}
{%- endmacro %}

{% macro default__json_last_message(expression, roles) -%}
    cast(list_last(list_filter(
        json_extract({{ expression }}, '$[*]'),
        lambda chat_message: lower(coalesce(
            chat_message ->> 'role',
            chat_message ->> '$.id[#-1]',
            chat_message ->> 'type'
        )) in ('{{ roles | join("', '") }}')
    )) as varchar)
{%- endmacro %}


{#- In a JSON array of content parts: their texts, one per line; null when no
    part is text. Messages (they have a role), tool calls and images are left
    out. The text must be a valid JSON array. -#}
{% macro json_part_texts(expression) -%}
    {{ return(adapter.dispatch('json_part_texts')(expression)) }}
{%- endmacro %}

{% macro default__json_part_texts(expression) -%}
    array_to_string(nullif(list_filter(list_transform(
        json_extract({{ expression }}, '$[*]'),
        lambda part: case
            when json_type(part) = 'VARCHAR' then part ->> '$'
            when json_type(part) = 'OBJECT' and (part ->> 'role') is null
                and coalesce(part ->> 'type', 'text')
                    in ('text', 'input_text', 'output_text')
                then coalesce(part ->> 'text', part ->> 'content')
        end
    ), lambda part_text: part_text is not null), []), chr(10))
{%- endmacro %}


{#- As an aggregate: the expression's first value that is not null, in the order
    of another expression (which must not tie). -#}
{% macro first_known(expression, ordered_by) -%}
    {{ return(adapter.dispatch('first_known')(expression, ordered_by)) }}
{%- endmacro %}

{% macro default__first_known(expression, ordered_by) -%}
    arg_min({{ expression }}, {{ ordered_by }})
{%- endmacro %}


{#- In a select list: one row for each line of the text that has a match of the
    regular expression, as the line's number from 1. ^ and $ are the ends of a
    line. The pattern may be a column: DuckDB compiles such a pattern anew for
    every value it is held against, 70 microseconds each, so a thousand
    messages on a thousand lines cost one compilation instead of a thousand. -#}
{% macro each_matching_line(expression, pattern) -%}
    {{ return(adapter.dispatch('each_matching_line')(expression, pattern)) }}
{%- endmacro %}

{% macro default__each_matching_line(expression, pattern) -%}
    unnest(
        list_where(
            range(1, length(string_split({{ expression }}, chr(10))) + 1),
            list_transform(
                string_split(
                    regexp_replace(
                        {{ expression }},
                        '(?m)' || {{ pattern }},
                        chr(1),
                        'g'
                    ),
                    chr(10)
                ),
                lambda line: contains(line, chr(1))
            )
        )
    )
{%- endmacro %}


{#- Gives the text of the top-level key, named by a column, of JSON text; null
    as json_text does. json_text takes a key known when the SQL is written; a
    key that a seed's row names is only known per row. -#}
{% macro json_text_of_column(expression, key_expression) -%}
    {{ return(adapter.dispatch('json_text_of_column')(
        expression, key_expression
    )) }}
{%- endmacro %}

{% macro default__json_text_of_column(expression, key_expression) -%}
    json_extract_string(
        case
            when json_valid(cast({{ expression }} as varchar))
                then cast({{ expression }} as varchar)
        end,
        '/' || replace(replace({{ key_expression }}, '~', '~0'), '/', '~1')
    )
{%- endmacro %}


{#- Gives a UTC timestamp from nanoseconds since 1970, as a number or as text.
    0 and what is no number give null. Dividing in floating point moved times
    by up to 128 nanoseconds, and the last digits of the ids made of them. -#}
{% macro nanoseconds_to_timestamp(expression) -%}
    {{ return(adapter.dispatch('nanoseconds_to_timestamp')(expression)) }}
{%- endmacro %}

{% macro default__nanoseconds_to_timestamp(expression) -%}
    make_timestamp(
        nullif(try_cast(cast({{ expression }} as varchar) as bigint), 0) // 1000
    )
{%- endmacro %}


{#- Gives the timestamp that lies this many nanoseconds (a bigint) later.
    dateadd knows no unit below the second on every engine. -#}
{% macro plus_nanoseconds(timestamp, nanoseconds) -%}
    {{ return(adapter.dispatch('plus_nanoseconds')(timestamp, nanoseconds)) }}
{%- endmacro %}

{% macro default__plus_nanoseconds(timestamp, nanoseconds) -%}
    {{ timestamp }} + to_microseconds({{ nanoseconds }} // 1000)
{%- endmacro %}


{#- In a select list: one row for each element of a JSON array, as JSON text. No
    row where the text is no JSON array. -#}
{% macro each_json_element(expression) -%}
    {{ return(adapter.dispatch('each_json_element')(expression)) }}
{%- endmacro %}

{% macro default__each_json_element(expression) -%}
    unnest(cast(json_extract(
        case when json_valid({{ expression }}) then {{ expression }} end,
        '$[*]'
    ) as varchar []))
{%- endmacro %}


{#- Out of several JSON arrays that belong together element by element: one
    JSON array of objects with the dict's keys. ClickHouse keeps a list of
    events as one array per property.
      columns  {key: column with a JSON array}; the first says how many -#}
{% macro json_zipped(columns) -%}
    {{ return(adapter.dispatch('json_zipped')(columns)) }}
{%- endmacro %}

{% macro default__json_zipped(columns) -%}
    {%- set lists = {} -%}
    {%- for key, column in columns.items() -%}
        {%- do lists.update({
            key: "json_extract(case when json_valid(" ~ column ~ ") then "
                ~ column ~ " end, '$[*]')"
        }) -%}
    {%- endfor -%}
    cast(to_json(list_transform(
        range(1, length({{ lists.values() | first }}) + 1),
        lambda position: json_object(
            {%- for key, list in lists.items() %}
            '{{ key }}', {{ list }}[position]{{ "," if not loop.last }}
            {%- endfor %}
        )
    )) as varchar)
{%- endmacro %}


{#- JSON text of an OTLP value: {"intValue": "7"} gives "7". Arrays and lists of
    keys and values become JSON arrays and objects, four deep, which reaches the
    text of a part of a message of a list of messages. -#}
{% macro otlp_value(expression) -%}
    {{ return(adapter.dispatch('otlp_value')(expression)) }}
{%- endmacro %}

{% macro default__otlp_value(expression) -%}
    {{ otlp_value_in_layers(
        "case when json_valid(" ~ expression ~ ") then cast(" ~ expression
        ~ " as json) end", 4
    ) }}
{%- endmacro %}


{#- One branch for arrays and for lists of keys and values: with one for each,
    four layers made an expression of sixteen branches that took seconds to plan. -#}
{% macro otlp_value_in_layers(expression, depth) -%}
    {%- set element = 'element_' ~ depth -%}
    case
        when json_keys({{ expression }})[1] in ('arrayValue', 'kvlistValue')
            {%- if depth > 0 %}
            then case json_keys({{ expression }})[1]
                when 'arrayValue' then '[' else '{'
            end || array_to_string(list_transform(
                json_extract({{ expression }}, '$.*.values[*]'),
                lambda {{ element }}: coalesce(
                    cast(json_extract({{ element }}, '$.key') as varchar) || ':',
                    ''
                ) || coalesce({{ otlp_value_in_layers(
                    "coalesce(json_extract(" ~ element ~ ", '$.value'), "
                    ~ element ~ ")", depth - 1
                ) }}, 'null')
            ), ',') || case json_keys({{ expression }})[1]
                when 'arrayValue' then ']' else '}'
            end
            {%- else %}
            then null
            {%- endif %}
        else cast(json_extract({{ expression }}, '$.*')[1] as varchar)
    end
{%- endmacro %}


{#- JSON object of an OTLP attribute list: [{"key": "a", "value": {"intValue":
    "7"}}] gives {"a": "7"}. Null where the text is no JSON array. -#}
{% macro otlp_attributes(expression) -%}
    {{ return(adapter.dispatch('otlp_attributes')(expression)) }}
{%- endmacro %}

{% macro default__otlp_attributes(expression) -%}
    case
        when json_type(
            case when json_valid({{ expression }}) then {{ expression }} end
        ) = 'ARRAY'
            then '{' || array_to_string(list_transform(
                json_extract(
                    case
                        when json_valid({{ expression }}) then {{ expression }}
                    end,
                    '$[*]'
                ),
                lambda attribute: coalesce(
                    cast(json_extract(attribute, '$.key') as varchar), '""'
                ) || ':' || coalesce({{ otlp_value_in_layers(
                    "json_extract(attribute, '$.value')", 4
                ) }}, 'null')
            ), ',') || '}'
    end
{%- endmacro %}


{#- Out of JSON attributes that spell a list of messages key by key
    (gen_ai.prompt.0.role, gen_ai.prompt.0.content, gen_ai.prompt.1.role ...):
    one JSON array of {"role", "content"}, in the order of the numbers: as text
    10 comes before 2. A content in parts (...contents.0.<part_key>) is joined
    line by line. Null where no such key is.
      prefix        what stands before the number, 'gen_ai.prompt'
      infix         what stands between number and 'role', '' or 'message.'
      part_key      what stands behind a part's number
      default_role  the role of a message that names none -#}
{% macro json_indexed_messages(
    expression, prefix, default_role, infix='', part_key='text'
) -%}
    {{ return(adapter.dispatch('json_indexed_messages')(
        expression, prefix, default_role, infix, part_key
    )) }}
{%- endmacro %}

{% macro default__json_indexed_messages(
    expression, prefix, default_role, infix, part_key
) -%}
    {%- set json = "case when json_valid(" ~ expression ~ ") then "
        ~ expression ~ " end" -%}
    {%- set keys = "json_keys(" ~ json ~ ")" -%}
    {%- set values = "json_extract(" ~ json ~ ", '$.*')" -%}
    {%- set message = "'" ~ prefix ~ ".' || number || '." ~ infix -%}
    {%- set parts = "^" ~ (prefix | replace('.', '[.]')) -%}
    cast(to_json(nullif(list_transform(
        list_sort(list_distinct(list_transform(
            list_filter(
                {{ keys }},
                lambda key: regexp_matches(key, '{{ parts }}[.][0-9]{1,6}[.]')
            ),
            lambda key: cast(regexp_extract(
                key, '{{ parts }}[.]([0-9]+)[.]', 1
            ) as integer)
        ))),
        lambda number: json_object(
            'role',
            coalesce(
                json_extract_string({{ values }}[list_position(
                    {{ keys }}, {{ message }}role'
                )], '$'),
                '{{ default_role }}'
            ),
            'content',
            coalesce(
                json_extract_string({{ values }}[list_position(
                    {{ keys }}, {{ message }}content'
                )], '$'),
                nullif(array_to_string(list_transform(
                    list_sort(list_transform(
                        list_filter(
                            {{ keys }},
                            lambda part: starts_with(
                                part, {{ message }}contents.'
                            ) and ends_with(part, '.{{ part_key }}')
                        ),
                        lambda part: try_cast(split_part(substr(
                            part, length({{ message }}contents.') + 1
                        ), '.', 1) as integer)
                    )),
                    lambda part_number: json_extract_string(
                        {{ values }}[list_position(
                            {{ keys }},
                            {{ message }}contents.' || part_number
                            || '.{{ part_key }}'
                        )], '$'
                    )
                ), chr(10)), '')
            )
        )
    ), [])) as varchar)
{%- endmacro %}


{#- JSON text of one chat message, {"role": ..., "content": ...}, its quotes and
    line breaks escaped. -#}
{% macro json_message(role, content) -%}
    {{ return(adapter.dispatch('json_message')(role, content)) }}
{%- endmacro %}

{% macro default__json_message(role, content) -%}
    cast(json_object('role', {{ role }}, 'content', {{ content }}) as varchar)
{%- endmacro %}


{#- The value in another type, null where it has no such value. dbt.safe_cast is
    a plain cast on DuckDB and PostgreSQL: one token count of 'n/a' stopped the
    whole build. -#}
{% macro try_cast(expression, type) -%}
    {{ return(adapter.dispatch('try_cast')(expression, type)) }}
{%- endmacro %}

{% macro default__try_cast(expression, type) -%}
    try_cast({{ expression }} as {{ type }})
{%- endmacro %}


{#- Gives a UTC `timestamp` from seconds since 1970, as a number or as text (13
    digits are milliseconds), and from everything that utc_timestamp reads.
    Some loaders keep the API's integers, others turn them into times; a cast
    of 1734537511 to a timestamp fails, and reading it as text gave null. -#}
{% macro epoch_timestamp(expression) -%}
    {{ return(adapter.dispatch('epoch_timestamp')(expression)) }}
{%- endmacro %}

{% macro default__epoch_timestamp(expression) -%}
    case
        when
            regexp_full_match(
                cast({{ expression }} as varchar), '[0-9]{9,10}([.][0-9]+)?'
            )
            then make_timestamp(cast(
                round(
                    cast(cast({{ expression }} as varchar) as double) * 1000000
                ) as bigint
            ))
        when
            regexp_full_match(
                cast({{ expression }} as varchar), '[0-9]{13}([.]0+)?'
            )
            then make_timestamp(cast(
                cast(cast({{ expression }} as varchar) as double) * 1000
                as bigint
            ))
        else {{ utc_timestamp(expression) }}
    end
{%- endmacro %}


{#- Gives JSON text from a column that holds JSON text already, or the engine's
    own struct, list or map. A plain cast prints a struct as {'a': 1}, which no
    JSON function reads. -#}
{% macro json_of(expression) -%}
    {{ return(adapter.dispatch('json_of')(expression)) }}
{%- endmacro %}

{% macro default__json_of(expression) -%}
    case
        when typeof({{ expression }}) in ('VARCHAR', 'JSON')
            then cast({{ expression }} as varchar)
        else cast(to_json({{ expression }}) as varchar)
    end
{%- endmacro %}


{#- In a select list: one row for each entry of a JSON object, as the JSON array
    [key, value]. No row where the text is no JSON object. Both come together,
    because no path reaches a key that holds a quotation mark. -#}
{% macro each_json_entry(expression) -%}
    {{ return(adapter.dispatch('each_json_entry')(expression)) }}
{%- endmacro %}

{% macro default__each_json_entry(expression) -%}
    {%- set object = 'case when json_valid(' ~ expression ~ ') then '
        ~ expression ~ ' end' -%}
    unnest(list_transform(
        range(1, length(json_keys({{ object }})) + 1),
        lambda position: cast(json_array(
            json_keys({{ object }})[position],
            json_extract({{ object }}, '$.*')[position]
        ) as varchar)
    ))
{%- endmacro %}


{#- A JSON array of pairs ([{"name": "a", "value": 1}, ...]) as the text of a JSON
    object ({"a": 1}); any other text as it is. Some loaders turn an object into
    such an array, and no path reaches a value by its name in there. A pair that
    lacks its name or its value is left out. The cast to json[] is for absent
    columns: a bare null has no type to take elements of.
      name_key, value_key  what the array calls the two halves of a pair -#}
{% macro json_object_of_pairs(expression, name_key, value_key) -%}
    {{ return(adapter.dispatch('json_object_of_pairs')(
        expression, name_key, value_key
    )) }}
{%- endmacro %}

{% macro default__json_object_of_pairs(expression, name_key, value_key) -%}
    {%- set text = "cast(" ~ expression ~ " as varchar)" -%}
    case
        when {{ json_kind(text) }} = 'array'
            then '{' || array_to_string(list_transform(
                cast(json_extract({{ text }}, '$[*]') as json[]),
                lambda pair:
                    cast(to_json(pair ->> '{{ name_key }}') as varchar) || ':'
                    || cast(pair -> '{{ value_key }}' as varchar)
            ), ',') || '}'
        else {{ text }}
    end
{%- endmacro %}


{#- The whole row as JSON text, one key per column. Takes the row's alias in the
    from clause, which must not be a column's name as well: the column would
    come instead. Loaders that give every property its own column leave a table
    whose columns nobody knows beforehand. -#}
{% macro row_as_json(row_alias) -%}
    {{ return(adapter.dispatch('row_as_json')(row_alias)) }}
{%- endmacro %}

{% macro default__row_as_json(row_alias) -%}
    cast(to_json({{ row_alias }}) as varchar)
{%- endmacro %}


{#- In a JSON array of tags ("key:value"): the value of the first tag with the
    key, an SQL expression; null when none has it. Only the first colon divides:
    split at every one, "page:https://a.test" lost its address. -#}
{% macro json_tag_value(expression, key_expression) -%}
    {{ return(adapter.dispatch('json_tag_value')(expression, key_expression)) }}
{%- endmacro %}

{% macro default__json_tag_value(expression, key_expression) -%}
    substr(
        list_filter(
            json_extract_string(
                case when json_valid({{ expression }}) then {{ expression }} end,
                '$[*]'
            ),
            lambda tag: starts_with(tag, {{ key_expression }} || ':')
        )[1],
        length({{ key_expression }}) + 2
    )
{%- endmacro %}


{#- Gives the texts that stand under one key in the objects of a JSON array, one
    per line in the array's order; null when there is no array at the path or
    nothing in it. A loop over [0], [1], ... would stop at a length somebody
    guessed.
      path  the list of keys that leads to the array, [] for the text itself -#}
{% macro json_list_texts(expression, path, key) -%}
    {{ return(adapter.dispatch('json_list_texts')(expression, path, key)) }}
{%- endmacro %}

{% macro default__json_list_texts(expression, path, key) -%}
    {%- set steps = [] -%}
    {%- for step in path -%}
        {%- do steps.append('."' ~ step ~ '"') -%}
    {%- endfor -%}
    array_to_string(nullif(list_filter(list_transform(
        json_extract(
            case
                when json_valid(cast({{ expression }} as varchar))
                    then cast({{ expression }} as varchar)
            end,
            '${{ steps | join('') }}[*]'
        ),
        lambda item: item ->> '{{ key }}'
    ), lambda item_text: item_text is not null), []), chr(10))
{%- endmacro %}


{#- In a select list: one row for each element of a JSON array, as the JSON array
    [position from 0, element]. No row where the text is no JSON array. Without
    the position, events that have no id and no time of their own could not be
    told apart. -#}
{% macro each_numbered_json_element(expression) -%}
    {{ return(adapter.dispatch('each_numbered_json_element')(expression)) }}
{%- endmacro %}

{% macro default__each_numbered_json_element(expression) -%}
    {%- set elements = "json_extract(case when json_valid(" ~ expression
        ~ ") then " ~ expression ~ " end, '$[*]')" -%}
    unnest(list_transform(
        list_zip(range(length({{ elements }})), {{ elements }}),
        lambda numbered:
            cast(json_array(numbered[1], numbered[2]) as varchar)
    ))
{%- endmacro %}


{#- A value of a var as SQL text that means exactly this value, whatever stands
    in it. Spark reads \\ as an escape and takes '' for two texts side by side;
    and it puts settings in place of ${...} before it reads anything. -#}
{% macro text_literal(value) -%}
    {{ return(adapter.dispatch('text_literal')(value)) }}
{%- endmacro %}

{% macro default__text_literal(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}

{% macro spark__text_literal(value) -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'")
        | replace("${", "\\u0024{") }}'
{%- endmacro %}


{#- The SHA-256 of a text, as 64 hexadecimal digits in lower case; null of null.
    dbt.hash is md5, which is fast to try. -#}
{% macro sha256_text(expression) -%}
    {{ return(adapter.dispatch('sha256_text')(expression)) }}
{%- endmacro %}

{% macro default__sha256_text(expression) -%}
    sha256({{ expression }})
{%- endmacro %}

{% macro postgres__sha256_text(expression) -%}
    encode(sha256(convert_to({{ expression }}, 'UTF8')), 'hex')
{%- endmacro %}

{% macro spark__sha256_text(expression) -%}
    sha2({{ expression }}, 256)
{%- endmacro %}


{#- An expression for a salt that nobody knows, where a build may make its own:
    in a file, which nobody else can be given rights on. Elsewhere nothing, and
    somebody has to set the salt: a build that makes one by itself would give
    all customers new ids when the table is lost. DuckDB's random numbers begin
    from 64 bits, so the build's own random id is mixed in. -#}
{% macro own_salt() -%}
    {{ return(adapter.dispatch('own_salt')()) }}
{%- endmacro %}

{% macro default__own_salt() -%}
    sha256(concat(
        {%- for draw in range(4) -%}
        cast(gen_random_uuid() as varchar), {% endfor -%}
        '{{ invocation_id }}'
    ))
{%- endmacro %}

{% macro postgres__own_salt() -%}
{%- endmacro %}

{% macro spark__own_salt() -%}
{%- endmacro %}
