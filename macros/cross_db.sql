{#- Everything that engines spell differently, and nothing else. Each macro says
    what it gives and what broke without it. default__ is DuckDB; the other
    engines get their own version beside it. -#}


{#- A value as a quoted SQL string. Spark reads a backslash in one as the
    beginning of an escape and '' as two strings in a row: every quotation mark
    was lost, and every \b of a pattern became a backspace. -#}
{% macro text_literal(value) -%}
    {{ return(adapter.dispatch('text_literal')(value)) }}
{%- endmacro %}

{% macro default__text_literal(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}

{% macro spark__text_literal(value) -%}
    '{{ value | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
{%- endmacro %}


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

{#- A timestamp with zone prints without it, in the session's zone, so its type
    is asked. Text of a year alone is a time to Spark. -#}
{% macro spark__utc_timestamp(expression) -%}
    {%- set text = 'cast(' ~ expression ~ ' as string)' -%}
    case
        when typeof({{ expression }}) = 'timestamp'
            then {{ spark_utc_wall_clock(expression) }}
        when rlike({{ text }}, {{ text_literal(
            '[0-9]{2}:[0-9]{2}.*([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\\z'
        ) }})
            then {{ spark_utc_wall_clock(text) }}
        when rlike({{ text }}, '^ *[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}')
            then try_cast({{ text }} as timestamp_ntz)
    end
{%- endmacro %}

{#- The UTC clock of an instant (or of text with an offset), whatever the
    session's zone. -#}
{% macro spark_utc_wall_clock(expression) -%}
    {{ spark_timestamp_of_microseconds(
        'unix_micros(try_cast(' ~ expression ~ ' as timestamp_ltz))'
    ) }}
{%- endmacro %}

{#- timestampadd takes no bigint: 1734537511123456 became a time in 1970. -#}
{% macro spark_timestamp_of_microseconds(expression) -%}
    timestamp_ntz'1970-01-01 00:00:00' + make_dt_interval(
        0, 0, 0, cast({{ expression }} * 0.000001 as decimal(18, 6))
    )
{%- endmacro %}


{#- Gives the UTC `timestamp` of a wall-clock time without zone that a tool
    wrote in the given IANA zone. -#}
{% macro local_to_utc(expression, timezone) -%}
    {{ return(adapter.dispatch('local_to_utc')(expression, timezone)) }}
{%- endmacro %}

{% macro default__local_to_utc(expression, timezone) -%}
    try_cast(
        cast({{ expression }} as varchar) as timestamp
    ) at time zone '{{ timezone }}' at time zone 'UTC'
{%- endmacro %}

{#- An hour that the clocks of the zone show twice is the later one, as on the
    other engines; Spark itself takes the earlier. -#}
{% macro spark__local_to_utc(expression, timezone) -%}
    {%- set clock = 'try_cast(cast(' ~ expression ~ ' as string) as timestamp_ntz)'
    -%}
    {%- set zone = text_literal(timezone) -%}
    {%- set earlier = "convert_timezone(" ~ zone ~ ", 'UTC', " ~ clock ~ ")" -%}
    case
        when
            convert_timezone(
                'UTC', {{ zone }}, {{ earlier }} + interval '1' hour
            ) = {{ clock }}
            then {{ earlier }} + interval '1' hour
        else {{ earlier }}
    end
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
            {{ expression }} at time zone 'UTC' at time zone '{{ timezone }}'
        ) as date
    )
{%- endmacro %}

{#- date_trunc goes by way of the session's zone. -#}
{% macro spark__week_start_date(expression, timezone) -%}
    trunc(
        cast(convert_timezone(
            'UTC', {{ text_literal(timezone) }},
            cast({{ expression }} as timestamp_ntz)
        ) as date),
        'week'
    )
{%- endmacro %}


{#- Gives the UTC timestamp at which a date begins in the given IANA zone. -#}
{% macro day_begins_at(expression, timezone) -%}
    {{ return(adapter.dispatch('day_begins_at')(expression, timezone)) }}
{%- endmacro %}

{% macro default__day_begins_at(expression, timezone) -%}
    cast({{ expression }} as timestamp)
    at time zone '{{ timezone }}' at time zone 'UTC'
{%- endmacro %}

{% macro spark__day_begins_at(expression, timezone) -%}
    {{ local_to_utc(
        'cast(cast(' ~ expression ~ ' as date) as timestamp_ntz)', timezone
    ) }}
{%- endmacro %}


{#- Gives the seconds from one timestamp to a later one as double precision.
    datediff counts boundaries crossed: 59.9 seconds could read as 1 minute. -#}
{% macro seconds_between(earlier, later) -%}
    {{ return(adapter.dispatch('seconds_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__seconds_between(earlier, later) -%}
    (epoch({{ later }}) - epoch({{ earlier }}))
{%- endmacro %}

{#- Spark's own functions for it go by way of the session's zone, where an hour
    is missing in spring. -#}
{% macro spark__seconds_between(earlier, later) -%}
    ({{ spark_epoch(later) }} - {{ spark_epoch(earlier) }})
{%- endmacro %}

{% macro spark_epoch(expression) -%}
    {%- set clock = 'cast(' ~ expression ~ ' as timestamp_ntz)' -%}
    (
        cast(unix_date(cast({{ clock }} as date)) as bigint) * 86400000000
        + hour({{ clock }}) * 3600000000
        + minute({{ clock }}) * 60000000
        + cast(extract(second from {{ clock }}) * 1000000 as bigint)
    ) / cast(1000000 as double)
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
            '[' ~ key ~ ']' if key is number else '."' ~ key ~ '"'
        ) -%}
    {%- endfor -%}
    json_extract_string(
        case
            when json_valid(cast({{ expression }} as varchar))
                then cast({{ expression }} as varchar)
        end,
        {{ text_literal('$' ~ steps | join('')) }}
    )
{%- endmacro %}

{% macro spark__json_text(expression, path) -%}
    {%- set keys = [path] if path is string else path -%}
    {%- set found = namespace(
        value=spark_valid_json(expression), steps='$'
    ) -%}
    {%- for key in keys -%}
        {%- if key is number -%}
            {%- set found.steps = found.steps ~ '[' ~ key ~ ']' -%}
        {%- elif "'" not in key and '?' not in key -%}
            {%- set found.steps = found.steps ~ "['" ~ key ~ "']" -%}
        {%- else -%}
            {#- No path spells such a key. -#}
            {%- set found.value = spark_json_entries(
                'get_json_object(' ~ found.value ~ ', '
                ~ text_literal(found.steps) ~ ')'
            ) ~ '[' ~ text_literal(key) ~ ']' -%}
            {%- set found.steps = '' -%}
        {%- endif -%}
        {%- if found.steps == '' -%}{%- set found.steps = '$' -%}{%- endif -%}
    {%- endfor -%}
    get_json_object({{ found.value }}, {{ text_literal(found.steps) }})
{%- endmacro %}

{#- The text where it is JSON, else null. get_json_object alone reads the
    beginning of text that breaks off, and what Python prints ({'a': 1}). -#}
{% macro spark_valid_json(expression) -%}
    case
        when size({{ spark_json_elements("'[' || " ~ expression ~ " || ']'") }}) = 1
            then cast({{ expression }} as string)
    end
{%- endmacro %}

{#- The elements of a JSON array: strings as their text, all others as JSON. -#}
{% macro spark_json_elements(expression) -%}
    from_json(
        {{ expression }}, 'array<string>', map('allowSingleQuotes', 'false')
    )
{%- endmacro %}

{#- The entries of a JSON object, their values as above. -#}
{% macro spark_json_entries(expression) -%}
    from_json(
        {{ expression }}, 'map<string, string>', map('allowSingleQuotes', 'false')
    )
{%- endmacro %}

{#- The JSON text of what lies at a path (behind the $): a string keeps its
    quotation marks, which every function of Spark takes off. -#}
{% macro spark_json_at(expression, path) -%}
    get_json_object('[' || {{ expression }} || ']', '$[*]' || {{ path }})
{%- endmacro %}

{#- In a lambda over spark_json_elements: the JSON text of an element. What
    begins like an object or an array is one; the others are few and short, and
    finding them by their position reads the array once for each. -#}
{% macro spark_json_of_element(expression, element, position) -%}
    case
        when substr({{ element }}, 1, 1) in ('{', '[') then {{ element }}
        else {{ spark_json_at(
            expression, "'[' || " ~ position ~ " || ']'"
        ) }}
    end
{%- endmacro %}

{% macro spark_json_string(expression) -%}
    case
        when {{ expression }} is not null
            then regexp_extract(to_json(array({{ expression }})), '(?s)^.(.*).$', 1)
    end
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

{#- A pattern in a column is translated row by row: as java_pattern does it, as
    far as seeds of patterns may go. -#}
{% macro spark__text_matches(expression, pattern) -%}
    {%- if pattern[0] == "'" -%}
    rlike({{ expression }}, {{ text_literal(
        java_pattern(pattern[1:-1] | replace("''", "'"))
    ) }})
    {%- else -%}
    rlike(
        {{ expression }},
        {{ text_literal('(?d)') }} || regexp_replace(
            {{ spark_word_boundaries(pattern) }},
            {{ text_literal('(?<![\\\\])[$](?=[)|]|\\z)') }},
            {{ text_literal('\\\\z') }}
        )
    )
    {%- endif -%}
{%- endmacro %}

{% macro java_word_boundary() -%}
(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))
{%- endmacro %}

{% macro spark_word_boundaries(pattern) -%}
    replace({{ pattern }}, {{ text_literal('\\b') }}, {{ text_literal(
        java_word_boundary()
    ) }})
{%- endmacro %}

{#- A pattern in the words of Java, where
      \b        is a boundary of ASCII words: Java's own knows letters of all
                languages, its \w does not
      $         is the end of the text: Java's also stands before a last newline
      .         is everything but a newline: to Java, there are five kinds of it
      \s        is no vertical tab
      (?i)      folds all letters: Java's folds ASCII
      [ and &   in a class stand for themselves; Java nests classes there
      (.|\n)*   is one step: Java takes one call for each letter of it and ends
                with an overflow of the stack in long messages -#}
{% macro java_pattern(pattern) -%}
    {%- set rest = pattern | replace('(.|\\n)*', '(?s:.*)')
        | replace('(.|\n)*', '(?s:.*)') | replace('(?i)', '(?iu)') -%}
    {%- set posix = {
        'cntrl': 'Cntrl', 'alpha': 'Alpha', 'digit': 'Digit', 'alnum': 'Alnum',
        'space': 'Space', 'punct': 'Punct', 'upper': 'Upper', 'lower': 'Lower',
    } -%}
    {%- set at = namespace(in_class=false, skip=0) -%}
    {%- set parts = ['(?d)'] -%}
    {%- for letter in rest -%}
        {%- set next = rest[loop.index:loop.index + 1] -%}
        {%- if at.skip -%}
            {%- set at.skip = at.skip - 1 -%}
        {%- elif letter == '\\' -%}
            {%- set at.skip = 1 -%}
            {%- if next == 'b' and not at.in_class -%}
                {%- do parts.append(java_word_boundary()) -%}
            {%- elif next == 's' -%}
                {%- do parts.append(
                    '\\t\\n\\f\\r ' if at.in_class else '[\\t\\n\\f\\r ]'
                ) -%}
            {%- else -%}
                {%- do parts.append(letter ~ next) -%}
            {%- endif -%}
        {%- elif at.in_class and letter == '[' and next == ':' -%}
            {%- set name = rest[loop.index + 1:].split(':]')[0] -%}
            {%- set at.skip = name | length + 3 -%}
            {%- do parts.append('\\p{' ~ posix[name] ~ '}') -%}
        {%- elif at.in_class and letter in '[&' -%}
            {%- do parts.append('\\' ~ letter) -%}
        {%- elif letter == '[' -%}
            {%- set at.in_class = true -%}
            {%- do parts.append(letter) -%}
        {%- elif letter == ']' -%}
            {%- set at.in_class = false -%}
            {%- do parts.append(letter) -%}
        {%- elif letter == '$' and not at.in_class -%}
            {%- do parts.append('\\z') -%}
        {%- else -%}
            {%- do parts.append(letter) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(parts | join('')) }}
{%- endmacro %}


{#- Replaces every match of the regular expression in the text. -#}
{% macro text_replace(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('text_replace')(expression, pattern, replacement)) }}
{%- endmacro %}

{% macro default__text_replace(expression, pattern, replacement) -%}
    regexp_replace(
        {{ expression }}, {{ text_literal(pattern) }},
        {{ text_literal(replacement) }}, 'g'
    )
{%- endmacro %}

{% macro spark__text_replace(expression, pattern, replacement) -%}
    regexp_replace(
        {{ expression }},
        {{ text_literal(java_pattern(pattern)) }},
        {{ text_literal(replacement | replace('$', '\\$')) }}
    )
{%- endmacro %}


{#- In a select list: one row for each match of the regular expression. -#}
{% macro each_match(expression, pattern) -%}
    {{ return(adapter.dispatch('each_match')(expression, pattern)) }}
{%- endmacro %}

{% macro default__each_match(expression, pattern) -%}
    unnest(regexp_extract_all({{ expression }}, {{ text_literal(pattern) }}))
{%- endmacro %}

{% macro spark__each_match(expression, pattern) -%}
    explode(regexp_extract_all(
        {{ expression }}, {{ text_literal(java_pattern(pattern)) }}, 0
    ))
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

{#- Spark's own `timestamp` moves with the zone of the session. -#}
{% macro spark__column_type(word) -%}
    {%- set types = {
        'string': 'string',
        'timestamp': 'timestamp_ntz',
        'date': 'date',
        'boolean': 'boolean',
        'integer': 'int',
        'bigint': 'bigint',
        'double precision': 'double',
        'decimal(28,12)': 'decimal(28, 12)',
    } -%}
    {{ types[word] }}
{%- endmacro %}


{#- The type of 64-bit floats, in the manner of dbt.type_string(). -#}
{% macro type_double() -%}
    {{ column_type('double precision') }}
{%- endmacro %}


{#- True when the warehouse knows the IANA zone. Asked once, on run start. -#}
{% macro is_known_timezone(timezone) -%}
    {{ return(adapter.dispatch('is_known_timezone')(timezone)) }}
{%- endmacro %}

{% macro default__is_known_timezone(timezone) -%}
    {%- set found = run_query(
        "select count(*) as zones from pg_timezone_names() where lower(name) = "
        ~ text_literal(timezone | string | lower)
    ) -%}
    {{ return(found.rows[0][0] > 0) }}
{%- endmacro %}

{#- Spark has no list of zones, and knows them only as IANA writes them. -#}
{% macro spark__is_known_timezone(timezone) -%}
    {%- set found = run_query(
        "select try_cast(concat('2026-01-01 00:00:00 ', "
        ~ text_literal(timezone) ~ ") as timestamp_ltz) is not null and "
        ~ text_literal(timezone) ~ " rlike '^[A-Z]'"
    ) -%}
    {{ return(found.rows[0][0]) }}
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

{% macro spark__json_kind(expression) -%}
    case
        when substr(ltrim({{ expression }}), 1, 1) in ('{', '[', '"')
            and {{ spark_valid_json(expression) }} is not null
            then case substr(ltrim({{ expression }}), 1, 1)
                when '{' then 'object'
                when '[' then 'array'
                else 'string'
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

{% macro spark__json_last_message(expression, roles) -%}
    try_element_at(filter(
        {{ spark_json_elements(expression) }},
        chat_message -> lower(coalesce(
            get_json_object(chat_message, '$.role'),
            try_element_at({{ spark_json_elements(
                "get_json_object(chat_message, '$.id')"
            ) }}, -1),
            get_json_object(chat_message, '$.type')
        )) in ('{{ roles | join("', '") }}')
    ), -1)
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

{% macro spark__json_part_texts(expression) -%}
    array_join(nullif(filter(transform(
        {{ spark_json_elements(expression) }},
        (part, position) -> case
            substr({{ spark_json_of_element(expression, 'part', 'position') }}, 1, 1)
            when '"' then part
            when '{' then case
                when get_json_object(part, '$.role') is null
                    and coalesce(get_json_object(part, '$.type'), 'text')
                        in ('text', 'input_text', 'output_text')
                    then coalesce(
                        get_json_object(part, '$.text'),
                        get_json_object(part, '$.content')
                    )
            end
        end
    ), part_text -> part_text is not null), cast(array() as array<string>)), chr(10))
{%- endmacro %}


{#- As an aggregate: the expression's first value that is not null, in the order
    of another expression (which must not tie). -#}
{% macro first_known(expression, ordered_by) -%}
    {{ return(adapter.dispatch('first_known')(expression, ordered_by)) }}
{%- endmacro %}

{% macro default__first_known(expression, ordered_by) -%}
    arg_min({{ expression }}, {{ ordered_by }})
{%- endmacro %}

{% macro spark__first_known(expression, ordered_by) -%}
    min_by(
        {{ expression }},
        case when {{ expression }} is not null then {{ ordered_by }} end
    )
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

{% macro spark__each_matching_line(expression, pattern) -%}
    explode(filter(
        transform(
            split(
                regexp_replace(
                    {{ expression }},
                    '(?dm)' || {{ spark_word_boundaries(pattern) }},
                    chr(1)
                ),
                chr(10)
            ),
            (line, position) -> case
                when contains(line, chr(1)) then position + 1
            end
        ),
        line_number -> line_number is not null
    ))
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
        '$."' || {{ key_expression }} || '"'
    )
{%- endmacro %}

{% macro spark__json_text_of_column(expression, key_expression) -%}
    try_element_at(
        {{ spark_json_entries(spark_valid_json(expression)) }},
        {{ key_expression }}
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

{% macro spark__nanoseconds_to_timestamp(expression) -%}
    {{ spark_timestamp_of_microseconds(
        '(nullif(try_cast(cast(' ~ expression ~ ' as string) as bigint), 0) div 1000)'
    ) }}
{%- endmacro %}


{#- Gives the timestamp that lies this many nanoseconds (a bigint) later.
    dateadd knows no unit below the second on every engine. -#}
{% macro plus_nanoseconds(timestamp, nanoseconds) -%}
    {{ return(adapter.dispatch('plus_nanoseconds')(timestamp, nanoseconds)) }}
{%- endmacro %}

{% macro default__plus_nanoseconds(timestamp, nanoseconds) -%}
    {{ timestamp }} + to_microseconds({{ nanoseconds }} // 1000)
{%- endmacro %}

{% macro spark__plus_nanoseconds(timestamp, nanoseconds) -%}
    {{ timestamp }} + make_dt_interval(
        0, 0, 0,
        cast(({{ nanoseconds }} div 1000) * 0.000001 as decimal(18, 6))
    )
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

{% macro spark__each_json_element(expression) -%}
    {%- set array = spark_valid_json(expression) -%}
    explode(transform(
        {{ spark_json_elements(array) }},
        (element, position) ->
            {{ spark_json_of_element(array, 'element', 'position') }}
    ))
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

{% macro spark__json_zipped(columns) -%}
    {%- set first = columns.values() | first -%}
    '[' || array_join(transform(
        {{ spark_json_elements(spark_valid_json(first)) }},
        (first_element, position) -> '{'
            {%- for key, column in columns.items() %}
            || {{ text_literal('"' ~ key ~ '":') }} || coalesce({{ spark_json_at(
                spark_valid_json(column), "'[' || position || ']'"
            ) }}, 'null'){{ " || ','" if not loop.last }}
            {%- endfor %}
            || '}'
    ), ',') || ']'
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

{% macro spark__otlp_value(expression) -%}
    {{ spark_otlp_value_in_layers(spark_valid_json(expression), 4) }}
{%- endmacro %}

{#- transform(array(x), name -> ...)[0] gives x a name: written out, x would stand
    in each branch of each layer. -#}
{% macro spark_otlp_value_in_layers(expression, depth) -%}
    {%- set value = 'value_' ~ depth -%}
    {%- set kind = 'kind_' ~ depth -%}
    {%- set element = 'element_' ~ depth -%}
    transform(array({{ expression }}), {{ value }} -> transform(
        array(try_element_at(json_object_keys({{ value }}), 1)), {{ kind }} -> case
        when {{ kind }} in ('arrayValue', 'kvlistValue')
            {%- if depth > 0 %}
            then case {{ kind }} when 'arrayValue' then '[' else '{' end
            || array_join(transform(
                {{ spark_json_elements(
                    "get_json_object(" ~ value ~ ", '$.' || " ~ kind
                    ~ " || '.values')"
                ) }},
                {{ element }} -> coalesce(
                    {{ spark_json_at(element, "'.key'") }} || ':', ''
                ) || coalesce({{ spark_otlp_value_in_layers(
                    "coalesce(get_json_object(" ~ element ~ ", '$.value'), "
                    ~ element ~ ")", depth - 1
                ) }}, 'null')
            ), ',')
            || case {{ kind }} when 'arrayValue' then ']' else '}' end
            {%- else %}
            then null
            {%- endif %}
        else {{ spark_json_at(value, "'.' || " ~ kind) }}
    end)[0])[0]
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

{% macro spark__otlp_attributes(expression) -%}
    '{' || array_join(transform(
        {{ spark_json_elements(spark_valid_json(expression)) }},
        attribute -> coalesce({{ spark_json_at('attribute', "'.key'") }}, '""')
            || ':' || coalesce({{ spark_otlp_value_in_layers(
                "get_json_object(attribute, '$.value')", 4
            ) }}, 'null')
    ), ',') || '}'
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

{% macro spark__json_indexed_messages(
    expression, prefix, default_role, infix, part_key
) -%}
    {%- set values = spark_json_entries(spark_valid_json(expression)) -%}
    {%- set keys = 'map_keys(' ~ values ~ ')' -%}
    {%- set message = "'" ~ prefix ~ ".' || number || '." ~ infix -%}
    {%- set parts = "^" ~ (prefix | replace('.', '[.]')) -%}
    '[' || array_join(nullif(transform(
        array_sort(array_distinct(transform(
            filter({{ keys }}, key -> rlike(key, '{{ parts }}[.][0-9]{1,6}[.]')),
            key -> cast(regexp_extract(
                key, '{{ parts }}[.]([0-9]+)[.]', 1
            ) as int)
        ))),
        number -> {{ json_message(
            "coalesce(try_element_at(" ~ values ~ ", " ~ message ~ "role'), '"
                ~ default_role ~ "')",
            "coalesce(
                try_element_at(" ~ values ~ ", " ~ message ~ "content'),
                nullif(array_join(transform(
                    array_sort(transform(
                        filter(
                            " ~ keys ~ ",
                            part -> startswith(part, " ~ message ~ "contents.')
                                and endswith(part, '." ~ part_key ~ "')
                        ),
                        part -> try_cast(split(substr(
                            part, length(" ~ message ~ "contents.') + 1
                        ), '[.]')[0] as int)
                    )),
                    part_number -> try_element_at(
                        " ~ values ~ ",
                        " ~ message ~ "contents.' || part_number || '."
                            ~ part_key ~ "'
                    )
                ), chr(10)), '')
            )"
        ) }}
    ), cast(array() as array<string>)), ',') || ']'
{%- endmacro %}


{#- JSON text of one chat message, {"role": ..., "content": ...}, its quotes and
    line breaks escaped. -#}
{% macro json_message(role, content) -%}
    {{ return(adapter.dispatch('json_message')(role, content)) }}
{%- endmacro %}

{% macro default__json_message(role, content) -%}
    cast(json_object('role', {{ role }}, 'content', {{ content }}) as varchar)
{%- endmacro %}

{% macro spark__json_message(role, content) -%}
    to_json(
        named_struct('role', {{ role }}, 'content', {{ content }}),
        map('ignoreNullFields', 'false')
    )
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

{#- Spark reads 'y' and '1' as a boolean, too, as the other engines do. -#}
{% macro spark__try_cast(expression, type) -%}
    try_cast({{ expression }} as {{ spark_type(type) }})
{%- endmacro %}

{#- The name that Spark has for a type of the contracts, else the type itself. -#}
{% macro spark_type(type) -%}
    {{ {
        'text': 'string',
        'varchar': 'string',
        'timestamp': 'timestamp_ntz',
        'double precision': 'double',
    }.get(type | lower, type) }}
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

{#- A number of type double prints as 1.734537511E9. -#}
{% macro spark__epoch_timestamp(expression) -%}
    {%- set text -%}
    case
        when typeof({{ expression }}) in ('double', 'float')
            then cast(cast({{ expression }} as decimal(38, 6)) as string)
        else cast({{ expression }} as string)
    end
    {%- endset -%}
    case
        when rlike({{ text }}, {{ text_literal('^[0-9]{9,10}([.][0-9]+)?\\z') }})
            then {{ spark_timestamp_of_microseconds(
                'cast(round(cast(' ~ text ~ ' as double) * 1000000) as bigint)'
            ) }}
        when rlike({{ text }}, {{ text_literal('^[0-9]{13}([.]0+)?\\z') }})
            then {{ spark_timestamp_of_microseconds(
                'cast(cast(' ~ text ~ ' as double) * 1000 as bigint)'
            ) }}
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

{#- to_json takes no text, so the value stands in a struct. -#}
{% macro spark__json_of(expression) -%}
    case
        when typeof({{ expression }}) in ('string', 'void')
            then cast({{ expression }} as string)
        else get_json_object(
            to_json(
                named_struct('value', {{ expression }}),
                map('ignoreNullFields', 'false')
            ),
            '$.value'
        )
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

{% macro spark__each_json_entry(expression) -%}
    {%- set object = spark_valid_json(expression) -%}
    explode(transform(
        map_entries({{ spark_json_entries(object) }}),
        entry -> '[' || {{ spark_json_string('entry.key') }} || ',' || case
            when entry.value is null then 'null'
            {#- No path spells such a key: a value that reads as JSON is none
                that was a string, but for a string of digits. -#}
            when contains(entry.key, chr(39)) or contains(entry.key, '?')
                then coalesce(
                    {{ spark_valid_json('entry.value') }},
                    {{ spark_json_string('entry.value') }}
                )
            else {{ spark_json_at(
                object, "'[' || chr(39) || entry.key || chr(39) || ']'"
            ) }}
        end || ']'
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

{% macro spark__json_object_of_pairs(expression, name_key, value_key) -%}
    {%- set text = "cast(" ~ expression ~ " as string)" -%}
    case
        when {{ json_kind(text) }} = 'array'
            then '{' || array_join(transform(
                {{ spark_json_elements(text) }},
                pair -> {{ spark_json_string(
                    "get_json_object(pair, '$." ~ name_key ~ "')"
                ) }} || ':' || {{ spark_json_at('pair', "'." ~ value_key ~ "'") }}
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

{% macro spark__row_as_json(row_alias) -%}
    to_json(
        struct({{ row_alias }}.*),
        map(
            'ignoreNullFields', 'false',
            'timestampNTZFormat', 'yyyy-MM-dd HH:mm:ss.SSSSSS'
        )
    )
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

{% macro spark__json_tag_value(expression, key_expression) -%}
    substr(
        try_element_at(filter(
            {{ spark_json_elements(spark_valid_json(expression)) }},
            tag -> startswith(tag, {{ key_expression }} || ':')
        ), 1),
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

{% macro spark__json_list_texts(expression, path, key) -%}
    array_join(nullif(filter(transform(
        {{ spark_json_elements(json_text(expression, path)) }},
        item -> get_json_object(item, {{ text_literal("$['" ~ key ~ "']") }})
    ), item_text -> item_text is not null), cast(array() as array<string>)), chr(10))
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

{% macro spark__each_numbered_json_element(expression) -%}
    {%- set array = spark_valid_json(expression) -%}
    explode(transform(
        {{ spark_json_elements(array) }},
        (element, position) -> '[' || position || ','
            || {{ spark_json_of_element(array, 'element', 'position') }} || ']'
    ))
{%- endmacro %}


{#- How a model is kept of which each build replaces some rows by their key, and
    by what strategy. On Spark only Delta and Iceberg can: with any other format
    the model is built as a whole each time, to the same rows. -#}
{% macro materialized_by_key() -%}
    {{ return(adapter.dispatch('materialized_by_key')()) }}
{%- endmacro %}

{% macro default__materialized_by_key() -%}
    {{ return('incremental') }}
{%- endmacro %}

{% macro spark__materialized_by_key() -%}
    {%- set format = env_var('AFTERCLOSE_SPARK_FORMAT', 'parquet') -%}
    {{ return('incremental' if format in ['delta', 'iceberg'] else 'table') }}
{%- endmacro %}

{% macro replace_by_key() -%}
    {{ return(adapter.dispatch('replace_by_key')()) }}
{%- endmacro %}

{% macro default__replace_by_key() -%}
    {{ return('delete+insert') }}
{%- endmacro %}

{% macro spark__replace_by_key() -%}
    {{ return('merge') }}
{%- endmacro %}


{#- What dbt itself spells for Spark, where it is wrong for us. The names are
    dbt's: it looks here first. -#}

{#- dbt's own leaves backslashes in the fixtures of unit tests to Spark, which
    takes them away. -#}
{% macro spark__escape_single_quotes(expression) -%}
    {{ return(text_literal(expression)[1:-1]) }}
{%- endmacro %}

{#- In a session, a table's place is named, although it is the usual one: Spark
    overwrites what it finds at a named place and stops at anything else, so the
    files of a build that was killed stopped every later build. -#}
{% macro spark__location_clause() -%}
    {%- if config.get('location_root') -%}
        location {{ text_literal(config.get('location_root') ~ '/' ~ this.identifier) }}
    {%- elif target.method == 'session' -%}
        location {{ text_literal(this.identifier) }}
    {%- endif -%}
{%- endmacro %}

{#- Contracts say `double precision` and `timestamp`. -#}
{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ spark_type(type) }})
{%- endmacro %}

{#- dbt's own stops at a null, rounds to seconds and goes by way of the session's
    zone. -#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    cast({{ from_date_or_timestamp }} as timestamp_ntz) + make_dt_interval(
        {{ 'cast(' ~ interval ~ ' as int)' if datepart == 'day' else '0' }},
        {{ 'cast(' ~ interval ~ ' as int)' if datepart == 'hour' else '0' }},
        {{ 'cast(' ~ interval ~ ' as int)' if datepart == 'minute' else '0' }},
        {{ 'cast(' ~ interval ~ ' as int)' if datepart == 'second' else '0' }}
    )
{%- endmacro %}

{#- dbt's own leaves the order out. Only one column orders. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- set ordered_by = order_by_clause | replace('order by ', '') -%}
    array_join(
        transform(
            array_sort(
                filter(
                    collect_list(named_struct(
                        'place', {{ ordered_by }}, 'measure', {{ measure }}
                    )),
                    entry -> entry.measure is not null
                )
            ),
            entry -> entry.measure
        ),
        {{ delimiter_text }}
    )
{%- endmacro %}

{#- The types of seeds are those of the other engines, and dbt's own hands the
    values over to be filled in, which leaves the quotation marks and backslashes
    in them as they are. -#}
{% macro spark_seed_types(model, agate_table) -%}
    {%- set given = model['config'].get('column_types', {}) -%}
    {%- set types = [] -%}
    {%- for name in agate_table.column_names -%}
        {%- do types.append(spark_type(
            given.get(name, adapter.convert_type(agate_table, loop.index0))
        )) -%}
    {%- endfor -%}
    {{ return(types) }}
{%- endmacro %}

{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set types = spark_seed_types(model, agate_table) -%}
    {%- set sql -%}
        create table {{ this.render() }} (
            {%- for name in agate_table.column_names -%}
            {{ adapter.quote(name) }} {{ types[loop.index0] }}
            {{- ', ' if not loop.last }}
            {%- endfor -%}
        )
        {{ file_format_clause() }}
        {{ location_clause() }}
    {%- endset -%}
    {%- call statement('_') -%}{{ sql }}{%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = spark_seed_types(model, agate_table) -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(1000) -%}
        {%- set sql -%}
            insert {{ 'overwrite' if loop.first else 'into' }} {{ this.render() }}
            values
            {% for row in chunk -%}
                (
                {%- for value in row -%}
                    cast(
                        {{- 'null' if value is none else text_literal(value) }} as
                        {{ types[loop.index0] -}}
                    ){{ ', ' if not loop.last }}
                {%- endfor -%}
                ){{ ',' if not loop.last }}
            {% endfor %}
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {{ return(statements[0]) }}
{%- endmacro %}
