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

{#- The type of a column is known when the query is planned, and only its branch
    is left. Printing every native time and reading it back cost two fifths of
    counting Zendesk's rows. -#}
{% macro default__utc_timestamp(expression) -%}
    case
        when typeof({{ expression }}) = 'TIMESTAMP'
            then try_cast({{ expression }} as timestamp)
        when typeof({{ expression }}) = 'TIMESTAMP WITH TIME ZONE'
            then try_cast({{ expression }} as timestamptz) at time zone 'UTC'
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

{% macro postgres__utc_timestamp(expression) -%}
    {{ own_function('utc_timestamp') }}({{ expression }})
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
    case
        when typeof({{ expression }}) = 'TIMESTAMP'
            then try_cast({{ expression }} as timestamp)
        else try_cast(cast({{ expression }} as varchar) as timestamp)
    end at time zone {{ text_literal(timezone) }} at time zone 'UTC'
{%- endmacro %}

{% macro postgres__local_to_utc(expression, timezone) -%}
    {{ own_function('wall_time') }}(
        {{ expression }}
    ) at time zone {{ text_literal(timezone) }} at time zone 'UTC'
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
            {{ expression }} at time zone 'UTC'
            at time zone {{ text_literal(timezone) }}
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
    at time zone {{ text_literal(timezone) }} at time zone 'UTC'
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

{% macro postgres__seconds_between(earlier, later) -%}
    (
        cast(extract(epoch from {{ later }}) as double precision)
        - cast(extract(epoch from {{ earlier }}) as double precision)
    )
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
        + cast(hour({{ clock }}) as bigint) * 3600000000
        + cast(minute({{ clock }}) as bigint) * 60000000
        + cast(extract(second from {{ clock }}) * 1000000 as bigint)
    ) / cast(1000000 as double)
{%- endmacro %}


{#- Gives the text at a path of keys (and array positions) in JSON text; null
    where the path is absent, the value is JSON null, or the text is no JSON. -#}
{% macro json_text(expression, path, is_json=false) -%}
    {{ return(adapter.dispatch('json_text')(expression, path, is_json)) }}
{%- endmacro %}

{% macro default__json_text(expression, path, is_json) -%}
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

{% macro postgres__json_text(expression, path, is_json) -%}
    {%- set keys = [path] if path is string else path -%}
    {%- set steps = [] -%}
    {%- for key in keys -%}
        {%- do steps.append("'" ~ (key | string | replace("'", "''")) ~ "'") -%}
    {%- endfor -%}
    {{ own_function('json_text') }}(
        cast({{ expression }} as text), array[{{ steps | join(', ') }}]::text[]
    )
{%- endmacro %}

{% macro spark__json_text(expression, path, is_json) -%}
    {%- set text = expression if is_json else spark_valid_json(expression) -%}
    {%- if spark_json_path(path) -%}
    get_json_object({{ text }}, {{ text_literal(spark_json_path(path)) }})
    {%- else -%}
        {%- set found = namespace(text=text) -%}
        {%- for key in ([path] if path is string else path) -%}
            {%- if spark_json_path([key]) -%}
                {%- set found.text = 'get_json_object(' ~ found.text ~ ', '
                    ~ text_literal(spark_json_path([key])) ~ ')' -%}
            {%- else -%}
                {%- set found.text = 'try_element_at('
                    ~ spark_json_entries(found.text) ~ ', ' ~ text_literal(key)
                    ~ ')' -%}
            {%- endif -%}
        {%- endfor -%}
    {{ found.text }}
    {%- endif -%}
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


{#- The first text that one of several paths leads to in JSON text; null when none
    does. The text must be valid JSON. Written out for sixteen paths on each of
    seven layers, Spark took a minute to plan. -#}
{% macro first_json_text(expression, paths) -%}
    {{ return(adapter.dispatch('first_json_text')(expression, paths)) }}
{%- endmacro %}

{% macro default__first_json_text(expression, paths) -%}
    coalesce(
        {%- for path in paths %}
        {{ json_text(expression, path) }},
        {%- endfor %}
        null
    )
{%- endmacro %}

{% macro spark__first_json_text(expression, paths) -%}
    {%- set spelled = [] -%}
    {%- for path in paths -%}
        {%- set steps = spark_json_path(path) -%}
        {%- if not steps -%}
            {{ return(default__first_json_text(expression, paths)) }}
        {%- endif -%}
        {%- do spelled.append(text_literal(steps)) -%}
    {%- endfor -%}
    aggregate(
        array({{ spelled | join(', ') }}),
        cast(null as string),
        (found, path) -> coalesce(found, get_json_object({{ expression }}, path))
    )
{%- endmacro %}

{#- A path as get_json_object wants it; nothing where it cannot spell a key. -#}
{% macro spark_json_path(path) -%}
    {%- set steps = ['$'] -%}
    {%- for key in ([path] if path is string else path) -%}
        {%- if key is number -%}
            {%- do steps.append('[' ~ key ~ ']') -%}
        {%- elif "'" in key or '?' in key -%}
            {{ return('') }}
        {%- else -%}
            {%- do steps.append("['" ~ key ~ "']") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(steps | join('')) }}
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

{% macro postgres__text_matches(expression, pattern) -%}
    ({{ expression }}) collate "C"
    ~ {{ own_function('regular_expression') }}({{ pattern }})
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

{% macro postgres__text_replace(expression, pattern, replacement) -%}
    regexp_replace(
        ({{ expression }}) collate "C",
        {{ own_function('regular_expression') }}({{ text_literal(pattern) }}),
        {{ text_literal(replacement) }},
        'g'
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

{% macro postgres__each_match(expression, pattern) -%}
    (regexp_matches(
        ({{ expression }}) collate "C",
        {{ own_function('regular_expression') }}(
            {{ text_literal(pattern) }}, true
        ),
        'g'
    ))[1]
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
        'select count(*) as zones from pg_timezone_names() where lower(name) = '
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

{% macro postgres__json_kind(expression) -%}
    {{ own_function('json_kind') }}({{ expression }})
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

{% macro postgres__json_last_message(expression, roles) -%}
    {{ own_function('json_last_message') }}(
        {{ expression }}, array['{{ roles | join("', '") }}']
    )
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

{% macro postgres__json_part_texts(expression) -%}
    {{ own_function('json_part_texts') }}({{ expression }})
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

{% macro postgres__first_known(expression, ordered_by) -%}
    (array_agg({{ expression }} order by {{ ordered_by }})
        filter (where ({{ expression }}) is not null))[1]
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

{% macro postgres__each_matching_line(expression, pattern) -%}
    {{ own_function('matching_lines') }}({{ expression }}, {{ pattern }})
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
        '/' || replace(replace({{ key_expression }}, '~', '~0'), '/', '~1')
    )
{%- endmacro %}

{% macro postgres__json_text_of_column(expression, key_expression) -%}
    {{ own_function('json_text') }}(
        cast({{ expression }} as text), array[{{ key_expression }}]::text[]
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

{% macro postgres__nanoseconds_to_timestamp(expression) -%}
    timestamp '1970-01-01 00:00:00'
    + nullif({{ try_cast(expression, 'bigint') }}, 0) / 1000
    * interval '1 microsecond'
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

{% macro postgres__plus_nanoseconds(timestamp, nanoseconds) -%}
    {{ timestamp }} + ({{ nanoseconds }}) / 1000 * interval '1 microsecond'
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

{% macro postgres__each_json_element(expression) -%}
    {{ own_function('json_elements') }}({{ expression }})
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

{% macro postgres__json_zipped(columns) -%}
    {{ own_function('json_zipped') }}(
        array['{{ columns | join("', '") }}'],
        array[{{ columns.values() | join(', ') }}]
    )
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

{% macro postgres__otlp_value(expression) -%}
    {{ own_function('otlp_value') }}(
        {{ own_function('json_or_null') }}({{ expression }}), 4
    )
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

{% macro postgres__otlp_attributes(expression) -%}
    {{ own_function('otlp_attributes') }}({{ expression }})
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

{% macro postgres__json_indexed_messages(
    expression, prefix, default_role, infix, part_key
) -%}
    {{ own_function('json_indexed_messages') }}(
        {{ expression }}, '{{ prefix }}', '{{ default_role }}', '{{ infix }}',
        '{{ part_key }}'
    )
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

{% macro postgres__json_message(role, content) -%}
    '{"role":' || coalesce(to_json(cast({{ role }} as text))::text, 'null')
    || ',"content":'
    || coalesce(to_json(cast({{ content }} as text))::text, 'null') || '}'
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

{% macro postgres__try_cast(expression, type) -%}
    {%- set text = 'cast(' ~ expression ~ ' as text)' -%}
    {%- if type == 'boolean' -%}
    {{ own_function('try_boolean') }}({{ text }})
    {%- elif type == 'double precision' -%}
    {{ own_function('try_double') }}({{ text }})
    {%- elif type == 'timestamp' -%}
    {{ own_function('wall_time') }}({{ text }})
    {%- elif type in ('integer', 'bigint') -%}
    cast({{ own_function('try_whole_number') }}(
        {{ text }}, {{ 31 if type == 'integer' else 63 }}
    ) as {{ type }})
    {%- elif type.startswith('numeric(') -%}
    cast({{ own_function('try_decimal') }}({{ text }}, {{ type[8:-1] }}) as {{ type }})
    {%- else -%}
    cast({{ own_function('try_number') }}({{ text }}) as {{ type }})
    {%- endif -%}
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

{% macro postgres__epoch_timestamp(expression) -%}
    {{ own_function('epoch_timestamp') }}({{ expression }})
{%- endmacro %}

{#- A number of type double prints as 1.734537511E9, and so does one with a fraction
    that Spark took out of JSON. Decimals keep its microseconds. The number is bound
    to a name: spelled out each time, views grew too long for the catalog. -#}
{% macro spark__epoch_timestamp(expression) -%}
    {%- set text = 'cast(' ~ expression ~ ' as string)' -%}
    coalesce(
        element_at(transform(
            array(case
                when rlike(
                    {{ text }}, {{ text_literal('^[0-9]+([.][0-9]+)?(E[0-9]+)?\\z') }}
                )
                    then try_cast({{ text }} as decimal(20, 6))
            end),
            number -> case
                when number >= 100000000 and number < 10000000000
                    then {{ spark_timestamp_of_microseconds(
                        'cast(number * 1000000 as bigint)'
                    ) }}
                when number >= 1000000000000 and number < 10000000000000
                    and number = floor(number)
                    then {{ spark_timestamp_of_microseconds(
                        'cast(number * 1000 as bigint)'
                    ) }}
            end
        ), 1),
        {{ utc_timestamp(expression) }}
    )
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

{% macro postgres__json_of(expression) -%}
    case
        when pg_typeof({{ expression }}) in (
            cast('text' as regtype), cast('varchar' as regtype),
            cast('json' as regtype), cast('jsonb' as regtype)
        ) then cast({{ expression }} as text)
        else cast(to_json({{ expression }}) as text)
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

{% macro postgres__each_json_entry(expression) -%}
    {{ own_function('json_entries') }}({{ expression }})
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

{% macro postgres__json_object_of_pairs(
    expression, name_key, value_key
) -%}
    {{ own_function('json_object_of_pairs') }}(
        cast({{ expression }} as text), '{{ name_key }}', '{{ value_key }}'
    )
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

{% macro postgres__row_as_json(row_alias) -%}
    cast(to_json({{ row_alias }}) as text)
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

{% macro postgres__json_tag_value(expression, key_expression) -%}
    {{ own_function('json_tag_value') }}({{ expression }}, {{ key_expression }})
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

{% macro postgres__json_list_texts(expression, path, key) -%}
    {%- set steps = [] -%}
    {%- for step in path -%}
        {%- do steps.append("'" ~ step ~ "'") -%}
    {%- endfor -%}
    {{ own_function('json_list_texts') }}(
        cast({{ expression }} as text),
        array[{{ steps | join(', ') }}]::text[],
        '{{ key }}'
    )
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

{% macro postgres__each_numbered_json_element(expression) -%}
    {{ own_function('json_numbered_elements') }}({{ expression }})
{%- endmacro %}

{% macro spark__each_numbered_json_element(expression) -%}
    {%- set array = spark_valid_json(expression) -%}
    explode(transform(
        {{ spark_json_elements(array) }},
        (element, position) -> '[' || position || ','
            || {{ spark_json_of_element(array, 'element', 'position') }} || ']'
    ))
{%- endmacro %}


{#- Text in small letters, of any script. lower() is enough where only ASCII
    words are compared; on PostgreSQL it follows the database's locale, and in
    one of locale C it left every letter beyond ASCII as it was. -#}
{% macro small_letters(expression) -%}
    {{ return(adapter.dispatch('small_letters')(expression)) }}
{%- endmacro %}

{% macro default__small_letters(expression) -%}
    lower({{ expression }})
{%- endmacro %}

{% macro postgres__small_letters(expression) -%}
    {{ own_function('small_letters') }}({{ expression }})
{%- endmacro %}


{#- At the end of a CTE: what it computes is computed once, however often the
    next one names it. PostgreSQL writes a CTE into its reader, and each layer of
    a chat payload names the one before a dozen times: seven layers never came to
    an end. -#}
{% macro computed_once() -%}
    {{ return(adapter.dispatch('computed_once')()) }}
{%- endmacro %}

{% macro default__computed_once() -%}
{%- endmacro %}

{% macro postgres__computed_once() -%}
    offset 0
{%- endmacro %}


{#- Before the first model: the functions that the macros above call where the
    engine's own do not do. They lie in the staging schema. -#}
{% macro create_own_functions() -%}
    {{ return(adapter.dispatch('create_own_functions')()) }}
{%- endmacro %}

{% macro default__create_own_functions() -%}
{%- endmacro %}

{% macro postgres__create_own_functions() -%}
    {%- if execute and flags.WHICH in ['run', 'build', 'test', 'seed', 'snapshot'] -%}
    {%- set schema = own_schema() -%}
    {#- Two builds may start at the same moment: one waits for the other. -#}
    select pg_advisory_xact_lock(hashtext('afterclose functions'));
    create schema if not exists {{ schema }};
    {{ small_letters_function(schema) }}
    {{ time_functions(schema) }}
    {{ number_functions(schema) }}
    {{ pattern_functions(schema) }}
    {{ json_functions(schema) }}
    {{ otlp_functions(schema) }}
    {%- endif -%}
{%- endmacro %}


{% macro own_schema() -%}
    {{ adapter.quote(generate_schema_name('staging', none)) }}
{%- endmacro %}


{% macro own_function(name) -%}
    {{ own_schema() }}.{{ name }}
{%- endmacro %}


{#- The first collation of this server that knows letters beyond ASCII. The words
    "create or replace" would fail on a view's function only if its arguments
    changed. -#}
{% macro small_letters_function(schema) -%}
    do $create$
    declare
        candidate text;
        small text;
    begin
        foreach candidate in array array[
            'pg_c_utf8', 'C.utf8', 'C.UTF-8', 'und-x-icu', 'en-x-icu',
            'en_US.utf8', 'en_US', 'default'
        ] loop
            begin
                execute format('select lower(%L collate %I)', 'É', candidate)
                into small;
                exit when small = 'é';
            exception when others then
                null;
            end;
        end loop;
        execute format(
            'create or replace function {{ schema }}.small_letters(value text)'
            ' returns text language sql immutable strict parallel safe'
            ' as $body$ select lower(value collate %I) $body$',
            candidate
        );
        execute format(
            'create or replace function {{ schema }}.other_case(value text)'
            ' returns text language sql immutable strict parallel safe'
            ' as $body$ select case when lower(value collate %1$I) = value'
            ' then upper(value collate %1$I) else lower(value collate %1$I) end'
            ' $body$',
            candidate
        );
    end
    $create$;
{%- endmacro %}


{#- utc_timestamp, wall_time and epoch_timestamp. A time that is text is taken
    apart here: a cast rounds nanoseconds, stops the build at 2026-02-30 and reads
    05/01/2026 as the session likes. -#}
{% macro time_functions(schema) -%}
    create or replace function {{ schema }}.utc_timestamp(value timestamptz)
    returns timestamp language sql immutable strict parallel safe as
    $body$ select value at time zone 'UTC' $body$;

    create or replace function {{ schema }}.utc_timestamp(value timestamp)
    returns timestamp language sql immutable strict parallel safe as
    $body$ select value $body$;

    create or replace function {{ schema }}.utc_timestamp(value text)
    returns timestamp language plpgsql immutable strict parallel safe as
    $body$
    declare
        parts text[];
        year integer;
        month integer;
        day date;
        clock interval;
        zone interval;
    begin
        -- what most tools write, but for 29 February: what comes below takes
        -- twenty times as long
        if value ~ '^[12][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?(Z|[+-][01][0-9](:?[0-5][0-9])?)?$'
        then
            if value ~ '(Z|[+-][0-9:]+)$' then
                return cast(value as timestamptz) at time zone 'UTC';
            end if;
            return cast(value as timestamp);
        end if;

        parts := regexp_match(
            value,
            '^\s*([0-9]{1,4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})'
            '(?:[ T] *([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.]([0-9]*))?)?'
            '(?:Z| UTC|([+-])([0-9]{2})(?::?([0-9]{2}))?)?\s*)?$'
        );
        if parts is null then
            return null;
        end if;
        year := parts[1];
        month := parts[2];
        if year = 0 or month not between 1 and 12
            or cast(parts[3] as integer) not between 1 and 31
        then
            return null;
        end if;
        day := make_date(year, month, 1) + (cast(parts[3] as integer) - 1);
        if extract(month from day) <> month
            or cast(parts[4] as integer) > 24
            or cast(parts[5] as integer) > 59
            or cast(parts[6] as integer) > 59
        then
            return null;
        end if;
        clock := make_interval(
            hours => coalesce(cast(parts[4] as integer), 0),
            mins => coalesce(cast(parts[5] as integer), 0),
            secs => coalesce(cast(parts[6] as integer), 0)
        ) + coalesce(
            cast(rpad(left(parts[7], 6), 6, '0') as integer), 0
        ) * interval '1 microsecond';
        zone := make_interval(
            hours => coalesce(cast(parts[9] as integer), 0),
            mins => coalesce(cast(parts[10] as integer), 0)
        );
        return day + clock - case when parts[8] = '-' then -zone else zone end;
    end
    $body$;

    create or replace function {{ schema }}.wall_time(value timestamptz)
    returns timestamp language sql immutable strict parallel safe as
    $body$ select value at time zone 'UTC' $body$;

    create or replace function {{ schema }}.wall_time(value timestamp)
    returns timestamp language sql immutable strict parallel safe as
    $body$ select value $body$;

    create or replace function {{ schema }}.wall_time(value text)
    returns timestamp language plpgsql immutable strict parallel safe as
    $body$
    begin
        return {{ schema }}.utc_timestamp(regexp_replace(
            value, '(:[0-9.]+)(Z| UTC|[+-][0-9]{2}(:?[0-9]{2})?)\s*$', '\1'
        ));
    end
    $body$;

    create or replace function {{ schema }}.epoch_timestamp(value timestamptz)
    returns timestamp language sql immutable strict parallel safe as
    $body$ select value at time zone 'UTC' $body$;

    create or replace function {{ schema }}.epoch_timestamp(value timestamp)
    returns timestamp language sql immutable strict parallel safe as
    $body$ select value $body$;

    create or replace function {{ schema }}.epoch_timestamp(value text)
    returns timestamp language plpgsql immutable strict parallel safe as
    $body$
    begin
        if value ~ '^[0-9]{9,10}([.][0-9]+)?$' then
            return timestamp '1970-01-01 00:00:00' + cast(
                round(cast(value as double precision) * 1000000) as bigint
            ) * interval '1 microsecond';
        elsif value ~ '^[0-9]{13}([.]0+)?$' then
            return timestamp '1970-01-01 00:00:00' + cast(
                cast(value as double precision) * 1000 as bigint
            ) * interval '1 microsecond';
        end if;
        return {{ schema }}.utc_timestamp(value);
    end
    $body$;

    create or replace function {{ schema }}.epoch_timestamp(value double precision)
    returns timestamp language sql immutable strict parallel safe as
    $body$ select {{ schema }}.epoch_timestamp(cast(value as text)) $body$;
{%- endmacro %}


{#- try_number, try_whole_number, try_decimal, try_double and try_boolean, for
    try_cast: text that is no such value gives null. PostgreSQL only learned to ask
    before a cast in version 16. -#}
{% macro number_functions(schema) -%}
    create or replace function {{ schema }}.try_number(value text)
    returns numeric language plpgsql immutable strict parallel safe as
    $body$
    begin
        if value ~ '^\s*[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?\s*$'
        then
            return cast(value as numeric);
        end if;
        return null;
    end
    $body$;

    -- as a numeric, which holds whatever was written
    create or replace function {{ schema }}.try_whole_number(value text, bits integer)
    returns numeric language plpgsql immutable strict parallel safe as
    $body$
    declare
        number numeric := round({{ schema }}.try_number(value));
    begin
        if number >= -(2::numeric ^ bits) and number < 2::numeric ^ bits then
            return number;
        end if;
        return null;
    end
    $body$;

    create or replace function {{ schema }}.try_decimal(
        value text, digits integer, decimals integer
    )
    returns numeric language plpgsql immutable strict parallel safe as
    $body$
    declare
        number numeric := round({{ schema }}.try_number(value), decimals);
    begin
        if abs(number) < 10::numeric ^ (digits - decimals) then
            return number;
        end if;
        return null;
    end
    $body$;

    create or replace function {{ schema }}.try_double(value text)
    returns double precision language plpgsql immutable strict parallel safe as
    $body$
    declare
        number numeric := {{ schema }}.try_number(value);
    begin
        if number is null then
            if value ~* '^\s*[+-]?(nan|inf|infinity)\s*$' then
                return cast(value as double precision);
            end if;
            return null;
        end if;
        if abs(number) > 1.7e308 then
            return cast(
                case when number < 0 then '-inf' else 'inf' end
                as double precision
            );
        elsif abs(number) < 1e-307 then
            return 0;
        end if;
        return cast(value as double precision);
    end
    $body$;

    create or replace function {{ schema }}.try_boolean(value text)
    returns boolean language sql immutable strict parallel safe as
    $body$
        select case
            when lower(value) in ('true', 't', 'yes', 'y', '1') then true
            when lower(value) in ('false', 'f', 'no', 'n', '0') then false
        end
    $body$;
{%- endmacro %}


{#- regular_expression and matching_lines. The project's patterns are those of
    RE2; PostgreSQL means something else by \b, by a dot and by small flags, and
    what is a letter to it depends on the collation. With collation C only ASCII
    letters have another case, so (?i) gets the other letters' cases spelled out. -#}
{% macro pattern_functions(schema) -%}
    create or replace function {{ schema }}.regular_expression(
        pattern text, as_group boolean default false
    )
    returns text language plpgsql immutable strict parallel safe as
    $body$
    declare
        flags text := coalesce((regexp_match(pattern, '^\(\?([ims]+)\)'))[1], '');
        is_caseless boolean := position('i' in flags) > 0;
        dot text := case when position('s' in flags) > 0 then '.' else '[^\n]' end;
        rest text := regexp_replace(pattern, '^\(\?[ims]+\)', '');
        found text := '';
        token text;
        other text;
        others text := '';
        is_class boolean := false;
        -- where in found the last class or sign begins
        last integer := 1;
        times integer;
    begin
        -- one escape, named class, opening of a class, count, or sign at a time
        for token in
            select (regexp_matches(
                rest, '(\\.|\[:\^?[a-z]+:\]|\[\^?\]?|\{[0-9,]+\}|.)', 'g'
            ))[1]
        loop
            -- no count beyond 255: what is repeated is written once more
            if not is_class and token ~ '^\{.*[0-9]{3}' then
                times := (regexp_match(token, '([0-9]+)\}'))[1];
                if times > 255 then
                    other := substr(found, last);
                    found := found || regexp_replace(token, '[0-9]+\}', '255}')
                        || other || '{0,' || (times - 255) || '}';
                    continue;
                end if;
            end if;
            if not is_class then
                last := length(found) + 1;
            end if;
            if is_class and left(token, 1) = '[' and left(token, 2) <> '[:' then
                -- a bracket inside a class stands for itself
                if right(token, 1) = ']' then
                    found := found || left(token, -1) || others || ']';
                    is_class := false;
                else
                    found := found || token;
                end if;
            elsif is_class and token = ']' then
                found := found || others || ']';
                others := '';
                is_class := false;
            elsif not is_class and left(token, 1) = '[' then
                found := found || token;
                is_class := true;
            elsif token = '\b' and not is_class then
                found := found || '\y';
            elsif token = '\B' and not is_class then
                found := found || '\Y';
            elsif token = '\z' then
                found := found || '\Z';
            elsif token in ('\d', '\w', '\s') then
                other := case token
                    when '\d' then '0-9' when '\w' then 'A-Za-z0-9_'
                    else ' \t\n\f\r'
                end;
                found := found || case
                    when is_class then other else '[' || other || ']'
                end;
            elsif token in ('\D', '\W', '\S') and not is_class then
                found := found || case token
                    when '\D' then '[^0-9]' when '\W' then '[^A-Za-z0-9_]'
                    else '[^ \t\n\f\r]'
                end;
            elsif token = '.' and not is_class then
                found := found || dot;
            elsif is_caseless and length(token) = 1 and ascii(token) > 127 then
                other := {{ schema }}.other_case(token);
                if other = token then
                    found := found || token;
                elsif is_class then
                    found := found || token;
                    others := others || other;
                else
                    found := found || '[' || token || other || ']';
                end if;
            else
                found := found || token;
            end if;
        end loop;
        -- with w, ^ and $ are the ends of a line
        flags := case when is_caseless then 'i' else '' end
            || case when position('m' in flags) > 0 then 'w' else '' end;
        return case when flags <> '' then '(?' || flags || ')' else '' end
            || case when as_group then '(' || found || ')' else found end;
    end
    $body$;

    create or replace function {{ schema }}.matching_lines(value text, pattern text)
    returns setof integer language plpgsql immutable strict parallel safe as
    $body$
    declare
        line text;
        line_number integer := 0;
    begin
        foreach line in array string_to_array(
            regexp_replace(
                value collate "C",
                {{ schema }}.regular_expression('(?m)' || pattern),
                chr(1),
                'g'
            ),
            chr(10)
        ) loop
            line_number := line_number + 1;
            if strpos(line, chr(1)) > 0 then
                return next line_number;
            end if;
        end loop;
    end
    $body$;
{%- endmacro %}


{#- The functions behind the json macros, on the type json: jsonb sorts keys and
    rounds no number but rewrites it. PostgreSQL can be asked whether a text is
    JSON since version 16; before that errors are caught. What one reader calls
    JSON another does not: a key with half a surrogate pair fails when any key is
    read. -#}
{% macro json_functions(schema) -%}
    {#- A caught error is a subtransaction, and parallel workers may begin none. -#}
    {%- set version = run_query('show server_version_num').rows[0][0] | int -%}
    {%- set can_ask = version >= 160000 -%}
    {%- set parallel = 'safe' if can_ask else 'unsafe' -%}
    {%- if can_ask %}
    create or replace function {{ schema }}.json_as_written(value text)
    returns json language plpgsql immutable strict parallel safe as
    $body$
    begin
        -- Two statements: as a case in one, PostgreSQL planned it for the value
        -- at hand, cast that before it asked, and failed.
        if pg_input_is_valid(value, 'json') then
            return cast(value as json);
        end if;
        return null;
    end
    $body$;
    {%- else %}
    create or replace function {{ schema }}.json_as_written(value text)
    returns json language plpgsql immutable strict parallel unsafe as
    $body$
    begin
        return cast(value as json);
    exception when data_exception then
        return null;
    end
    $body$;
    {%- endif %}

    create or replace function {{ schema }}.json_or_null(value text)
    returns json language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    declare
        found json;
    begin
        if left(ltrim(value, E' \t\n\r'), 1) !~ '[[{"0-9tfnNI-]' then
            return null;
        end if;
        if strpos(value, '\u') > 0 then
            -- a half pair is no JSON; a character 0 is no text here
            if regexp_replace(
                value,
                '\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}',
                '', 'g'
            ) ~ '\\u[dD][89a-fA-F]' then
                return null;
            end if;
            value := regexp_replace(value, '(\\\\)|\\u0000', '\1', 'g');
        end if;
        found := {{ schema }}.json_as_written(value);
        -- what Python writes and others forgive: NaN, a comma at the end
        if found is null and value ~ 'NaN|Infinity|,\s*[]}]' then
            found := {{ schema }}.json_as_written(regexp_replace(
                regexp_replace(
                    value, '([:,[]\s*)(NaN|-?Infinity)(?=\s*[],}])',
                    '\1"\2"', 'g'
                ),
                ',(\s*[]}])', '\1', 'g'
            ));
        end if;
        return found;
    end
    $body$;

    -- without blanks between the values, as other engines write it
    create or replace function {{ schema }}.json_compact(value json)
    returns text language plpgsql immutable strict parallel safe as
    $body$
    begin
        if json_typeof(value) = 'object' then
            -- leaves out the blanks, and nulls as well
            if strpos(value::text, 'null') = 0 then
                return json_strip_nulls(value)::text;
            end if;
            return (
                select '{' || coalesce(string_agg(
                    to_json(entry.key)::text || ':'
                    || {{ schema }}.json_compact(entry.value),
                    ',' order by entry.position
                ), '') || '}'
                from json_each(value) with ordinality
                    as entry (key, value, position)
            );
        elsif json_typeof(value) = 'array' then
            if strpos(value::text, 'null') = 0 then
                return json_strip_nulls(value)::text;
            end if;
            return (
                select '[' || coalesce(string_agg(
                    {{ schema }}.json_compact(element.value),
                    ',' order by element.position
                ), '') || ']'
                from json_array_elements(value) with ordinality
                    as element (value, position)
            );
        elsif json_typeof(value) = 'string' then
            return to_json(value #>> '{}')::text;
        end if;
        return btrim(value::text, E' \t\n\r');
    end
    $body$;

    -- the text of a string, the JSON of anything else
    create or replace function {{ schema }}.json_value_text(value json)
    returns text language plpgsql immutable strict parallel safe as
    $body$
    begin
        case json_typeof(value)
            when 'string' then return value #>> '{}';
            when 'null' then return null;
            else return {{ schema }}.json_compact(value);
        end case;
    end
    $body$;

    create or replace function {{ schema }}.json_text(value text, path text[])
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    begin
        -- Most keys that are looked up are not there. A key, not a position,
        -- stands in the text as it is unless something is escaped.
        if strpos(value, '"' || path[1] || '"') = 0 and strpos(value, '\') = 0
            and ltrim(path[1], '-0123456789') <> ''
        then
            return null;
        end if;
        return {{ schema }}.json_value_text(
            {{ schema }}.json_or_null(value) #> path
        );
    end
    $body$;

    create or replace function {{ schema }}.json_kind(value text)
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    declare
        kind text;
    begin
        if left(ltrim(value), 1) in ('{', '[', '"') then
            kind := json_typeof({{ schema }}.json_or_null(value));
        end if;
        return case when kind in ('object', 'array', 'string') then kind end;
    end
    $body$;

    create or replace function {{ schema }}.json_array(value text)
    returns json language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    declare
        found json := {{ schema }}.json_or_null(value);
    begin
        return case when json_typeof(found) = 'array' then found end;
    end
    $body$;

    create or replace function {{ schema }}.json_last_message(
        value text, roles text[]
    )
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    begin
        return (
            select {{ schema }}.json_compact(message.value)
            from json_array_elements({{ schema }}.json_array(value))
                with ordinality as message (value, position)
            where lower(coalesce(
                message.value ->> 'role',
                message.value #>> '{id,-1}',
                message.value ->> 'type'
            )) = any(roles)
            order by message.position desc
            limit 1
        );
    end
    $body$;

    create or replace function {{ schema }}.json_part_texts(value text)
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    begin
        return (
            select string_agg(
                case json_typeof(part.value)
                    when 'string' then part.value #>> '{}'
                    when 'object' then case
                        when (part.value ->> 'role') is null
                            and coalesce(part.value ->> 'type', 'text')
                            in ('text', 'input_text', 'output_text')
                            then coalesce(
                                {{ schema }}.json_value_text(part.value -> 'text'),
                                {{ schema }}.json_value_text(
                                    part.value -> 'content'
                                )
                            )
                    end
                end,
                chr(10) order by part.position
            )
            from json_array_elements({{ schema }}.json_array(value))
                with ordinality as part (value, position)
        );
    end
    $body$;

    create or replace function {{ schema }}.json_elements(value text)
    returns setof text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    begin
        return query
            select {{ schema }}.json_compact(element.value)
            from json_array_elements({{ schema }}.json_array(value))
                as element (value);
    end
    $body$;

    create or replace function {{ schema }}.json_numbered_elements(value text)
    returns setof text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    begin
        return query
            select '[' || (element.position - 1) || ','
                || {{ schema }}.json_compact(element.value) || ']'
            from json_array_elements({{ schema }}.json_array(value))
                with ordinality as element (value, position);
    end
    $body$;

    create or replace function {{ schema }}.json_entries(value text)
    returns setof text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    declare
        found json := {{ schema }}.json_or_null(value);
    begin
        if json_typeof(found) = 'object' then
            return query
                select '[' || to_json(entry.key)::text || ','
                    || {{ schema }}.json_compact(entry.value) || ']'
                from json_each(found) as entry;
        end if;
    end
    $body$;

    create or replace function {{ schema }}.json_object_of_pairs(
        value text, name_key text, value_key text
    )
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    begin
        if {{ schema }}.json_kind(value) is distinct from 'array' then
            return value;
        end if;
        return (
            -- of a name that stands twice the first counts, as elsewhere
            select '{' || coalesce(string_agg(
                to_json(pair.name)::text || ':'
                || {{ schema }}.json_compact(pair.held),
                ',' order by pair.position
            ), '') || '}'
            from (
                select distinct on (1)
                    element.value ->> name_key as name,
                    element.value -> value_key as held,
                    element.position
                from json_array_elements({{ schema }}.json_array(value))
                    with ordinality as element (value, position)
                order by 1, 3
            ) as pair
        );
    end
    $body$;

    create or replace function {{ schema }}.json_tag_value(value text, key text)
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    begin
        return (
            select substr(tag.value #>> '{}', length(key) + 2)
            from json_array_elements({{ schema }}.json_array(value))
                with ordinality as tag (value, position)
            where left(tag.value #>> '{}', length(key) + 1) = key || ':'
            order by tag.position
            limit 1
        );
    end
    $body$;

    create or replace function {{ schema }}.json_list_texts(
        value text, path text[], key text
    )
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    declare
        found json := {{ schema }}.json_or_null(value) #> path;
    begin
        if json_typeof(found) is distinct from 'array' then
            return null;
        end if;
        return (
            select string_agg(
                {{ schema }}.json_value_text(item.value -> key),
                chr(10) order by item.position
            )
            from json_array_elements(found) with ordinality
                as item (value, position)
        );
    end
    $body$;

    create or replace function {{ schema }}.json_zipped(keys text[], lists text[])
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    declare
        arrays json[];
        list text;
    begin
        foreach list in array lists loop
            arrays := arrays || {{ schema }}.json_array(list);
        end loop;
        if arrays[1] is null then
            return null;
        end if;
        return (
            select '[' || coalesce(string_agg(
                (
                    select '{' || string_agg(
                        to_json(keys[place])::text || ':' || coalesce(
                            {{ schema }}.json_compact(arrays[place] -> position),
                            'null'
                        ),
                        ',' order by place
                    ) || '}'
                    from generate_subscripts(keys, 1) as place
                ),
                ',' order by position
            ), '') || ']'
            from generate_series(0, json_array_length(arrays[1]) - 1) as position
        );
    end
    $body$;

    create or replace function {{ schema }}.json_indexed_messages(
        value text, prefix text, default_role text, infix text, part_key text
    )
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    declare
        found json := {{ schema }}.json_or_null(value);
    begin
        if json_typeof(found) is distinct from 'object' then
            return null;
        end if;
        return (
            with entries as (
                select
                    entry.key,
                    {{ schema }}.json_value_text(entry.value) as value
                from json_each(found) as entry
                where left(entry.key, length(prefix) + 1) = prefix || '.'
            ),

            numbers as (
                select distinct
                    cast((regexp_match(
                        substr(entries.key, length(prefix) + 2), '^([0-9]{1,6})[.]'
                    ))[1] as integer) as number
                from entries
            ),

            beginnings as (
                select number, prefix || '.' || number || '.' || infix as beginning
                from numbers
                where number is not null
            ),

            messages as (
                select
                    beginnings.number,
                    coalesce(max(entries.value) filter (
                        where entries.key = beginnings.beginning || 'role'
                    ), default_role) as role,
                    coalesce(
                        max(entries.value) filter (
                            where entries.key = beginnings.beginning || 'content'
                        ),
                        nullif(string_agg(
                            entries.value, chr(10) order by
                            {{ schema }}.try_number(split_part(substr(
                                entries.key,
                                length(beginnings.beginning || 'contents.') + 1
                            ), '.', 1))
                        ) filter (
                            where starts_with(
                                entries.key, beginnings.beginning || 'contents.'
                            ) and right(entries.key, length(part_key) + 1)
                            = '.' || part_key
                        ), '')
                    ) as content
                from beginnings
                cross join entries
                group by 1
            )

            select '[' || string_agg(
                '{"role":' || to_json(role)::text || ',"content":'
                || coalesce(to_json(content)::text, 'null') || '}',
                ',' order by number
            ) || ']'
            from messages
        );
    end
    $body$;
{%- endmacro %}


{#- otlp_value and otlp_attributes. -#}
{% macro otlp_functions(schema) -%}
    {%- set parallel = 'unsafe' -%}
    create or replace function {{ schema }}.otlp_value(value json, depth integer)
    returns text language plpgsql immutable strict parallel safe as
    $body$
    declare
        kind text;
        held json;
    begin
        if json_typeof(value) <> 'object' then
            return null;
        end if;
        select entry.key, entry.value into kind, held
        from json_each(value) as entry limit 1;
        if kind not in ('arrayValue', 'kvlistValue') then
            return {{ schema }}.json_compact(held);
        end if;
        if kind is null or depth = 0 then
            return null;
        end if;
        held := case
            when json_typeof(held -> 'values') = 'array' then held -> 'values'
            else '[]'
        end;
        return (
            select case kind when 'arrayValue' then '[' else '{' end
                || coalesce(string_agg(
                    coalesce(
                        {{ schema }}.json_compact(element.value -> 'key') || ':', ''
                    ) || coalesce(
                        {{ schema }}.otlp_value(
                            coalesce(element.value -> 'value', element.value),
                            depth - 1
                        ),
                        'null'
                    ),
                    ',' order by element.position
                ), '')
                || case kind when 'arrayValue' then ']' else '}' end
            from json_array_elements(held) with ordinality
                as element (value, position)
        );
    end
    $body$;

    create or replace function {{ schema }}.otlp_attributes(value text)
    returns text language plpgsql immutable strict parallel {{ parallel }} as
    $body$
    declare
        found json := {{ schema }}.json_array(value);
    begin
        if found is null then
            return null;
        end if;
        return (
            select '{' || coalesce(string_agg(
                coalesce(
                    {{ schema }}.json_compact(attribute.value -> 'key'), '""'
                ) || ':' || coalesce(
                    {{ schema }}.otlp_value(attribute.value -> 'value', 4), 'null'
                ),
                ',' order by attribute.position
            ), '') || '}'
            from json_array_elements(found) with ordinality
                as attribute (value, position)
        );
    end
    $body$;
{%- endmacro %}


{#- Text in the order of its bytes on every engine. A PostgreSQL database sorts by
    the language it was made for: "Z" after "a", and what is first or least
    moved with the server. Tables, seeds and views get columns of collation C,
    which all that is computed from them inherits. -#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {#- The planner knows nothing of what a CTE gives, takes it for one row, and
        computes the other side of a join anew for each: minutes became hours. Where
        two tables have equal columns, a hash join is never much slower. Compiling
        the long expressions of a payload took longer than evaluating them. -#}
    set local enable_nestloop = off;
    set local jit = off;
    {{ dbt.postgres__create_table_as(
        temporary, relation, tables_read_in_place(sql)
    ) }}
    {{ order_text_by_bytes(relation) }}
    {#- A new table has no statistics until the server gets round to it: the models
        built in the meantime joined millions of rows by nested loops. -#}
    analyze {{ relation }};
{%- endmacro %}


{#- PostgreSQL writes down what a CTE gives if two others read it. Of a table that
    is a copy without statistics, to the disk where it is large, and a scan by one
    process alone. Of a view it saves computing it twice. -#}
{% macro tables_read_in_place(sql) -%}
    {%- set names = [] -%}
    {%- for id in model.depends_on.nodes if id in graph.nodes -%}
        {%- set node = graph.nodes[id] -%}
        {%- if node.config.materialized not in ['view', 'ephemeral'] -%}
            {%- do names.append(modules.re.escape(node.relation_name)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(modules.re.sub(
        ' as \\((\\s*select \\* from (?:' ~ names | join('|') ~ ')\\s*\\))',
        ' as not materialized (\\1', sql
    ) if names else sql) }}
{%- endmacro %}


{% macro postgres__create_view_as(relation, sql) -%}
    {%- set columns = adapter.get_column_schema_from_query(
        get_empty_subquery_sql(sql)
    ) -%}
    create view {{ relation }} as (
        select
            {%- for column in columns %}
            {{ column.quoted }}
            {{- ' collate "C" as ' ~ column.quoted if column.data_type
                in ('text', 'character varying') or column.is_string() -}}
            {{ "," if not loop.last }}
            {%- endfor %}
        from (
            {{ sql }}
        ) as rows_of_view
        {{ computed_once() }}
    );
{%- endmacro %}


{% macro postgres__create_csv_table(model, agate_table) -%}
    {%- set sql = dbt.default__create_csv_table(model, agate_table) -%}
    {%- call statement('order_text_by_bytes') -%}
        {{ order_text_by_bytes(this) }}
    {%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}


{#- Only the catalog changes: PostgreSQL does not write the table again. -#}
{% macro order_text_by_bytes(relation) -%}
    do $collate$
    declare
        changes text := (
            select string_agg(
                format(
                    'alter column %I type %s collate "C"',
                    attname, format_type(atttypid, atttypmod)
                ),
                ', ' order by attnum
            )
            from pg_catalog.pg_attribute
            where attrelid = cast('{{ relation }}' as regclass)
                and attnum > 0 and not attisdropped
                and attcollation = cast('"default"' as regcollation)
        );
    begin
        if changes is not null then
            execute 'alter table {{ relation }} ' || changes;
        end if;
    end
    $collate$;
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


{#- True when the text fits a pattern with % and _; a backslash in it is itself.
    PostgreSQL and Spark escape with it: a path of Windows fitted nothing, and one
    at the end of a pattern stopped the build. -#}
{% macro text_like(expression, pattern) -%}
    {{ return(adapter.dispatch('text_like')(expression, pattern)) }}
{%- endmacro %}

{% macro default__text_like(expression, pattern) -%}
    {{ expression }} like {{ pattern }}
{%- endmacro %}

{% macro postgres__text_like(expression, pattern) -%}
    {{ expression }} like replace({{ pattern }}, '\', '\\')
{%- endmacro %}

{% macro spark__text_like(expression, pattern) -%}
    {{ expression }} like replace({{ pattern }}, '\\', '\\\\')
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


{#- A select of one row for each pair of a relation (link_id, previous_id,
    group_id), of which each says what comes before it in its chain: link_id,
    first_id, with which the chain begins, and link_position. What a chain begins
    with has no pair and the position 1. A chain lies within one group. Spark
    knows no recursion: it walks the pairs of each group as a map. -#}
{% macro chain_links(relation) -%}
    {{ return(adapter.dispatch('chain_links')(relation)) }}
{%- endmacro %}

{% macro default__chain_links(relation) -%}
    with recursive chain_links (link_id, first_id, link_position) as (

        select
            pairs.link_id,
            pairs.previous_id as first_id,
            2 as link_position

        from {{ relation }} as pairs

        left join {{ relation }} as previous_pairs
            on pairs.previous_id = previous_pairs.link_id

        where previous_pairs.link_id is null

        union all

        select
            pairs.link_id,
            chain_links.first_id,
            chain_links.link_position + 1 as link_position

        from {{ relation }} as pairs

        inner join chain_links on pairs.previous_id = chain_links.link_id

    )

    select * from chain_links
{%- endmacro %}

{% macro spark__chain_links(relation) -%}
    select
        link.link_id,
        link.first_id,
        link.link_position

    from (
        select
            explode(transform(
                map_keys(pairs),
                link_id -> aggregate(
                    map_keys(pairs),
                    named_struct(
                        'link_id', link_id,
                        'first_id', link_id,
                        'link_position', 1
                    ),
                    (found, step) -> case
                        when map_contains_key(pairs, found.first_id)
                            then named_struct(
                                'link_id', found.link_id,
                                'first_id', pairs[found.first_id],
                                'link_position', found.link_position + 1
                            )
                        else found
                    end
                )
            )) as link

        from (
            select
                map_from_entries(
                    collect_list(struct(link_id, previous_id))
                ) as pairs
            from {{ relation }}
            group by group_id
        ) as groups
    ) as walked
{%- endmacro %}


{#- What a role is: 'ready' to be granted something, 'missing', or one that
    'reads_everything' anyway; 'none' where the engine has no roles. A file has
    none, and Spark only with a catalog that keeps rights (var spark_grants). -#}
{% macro state_of_role(role) -%}
    {{ return(adapter.dispatch('state_of_role')(role)) }}
{%- endmacro %}

{% macro default__state_of_role(role) -%}
    {{ return('none') }}
{%- endmacro %}

{% macro postgres__state_of_role(role) -%}
    {%- set found = run_query(
        "select roles.rolsuper or pg_has_role(roles.oid, current_user, 'member')"
        ~ " or coalesce(pg_has_role(roles.oid, readers.oid, 'member'), false)"
        ~ " from pg_catalog.pg_roles as roles"
        ~ " left join pg_catalog.pg_roles as readers"
        ~ " on readers.rolname = 'pg_read_all_data'"
        ~ " where roles.rolname = " ~ text_literal(role)
    ).rows -%}
    {%- if found | length == 0 -%}
        {{ return('missing') }}
    {%- endif -%}
    {{ return('reads_everything' if found[0][0] else 'ready') }}
{%- endmacro %}

{% macro spark__state_of_role(role) -%}
    {{ return('ready' if var('spark_grants') else 'none') }}
{%- endmacro %}


{#- Statements that let a role look into one schema and nobody into others. On
    Spark nobody can unless granted, and a hook is one statement. -#}
{% macro rights_on_schemas(closed_schemas, open_schema, role) -%}
    {{ return(adapter.dispatch('rights_on_schemas')(
        closed_schemas, open_schema, role
    )) }}
{%- endmacro %}

{% macro default__rights_on_schemas(closed_schemas, open_schema, role) -%}
{%- endmacro %}

{% macro postgres__rights_on_schemas(closed_schemas, open_schema, role) -%}
    {#- Two builds that change one schema's rights at a time both fail. -#}
    select pg_advisory_xact_lock(hashtext('afterclose rights'));
    {%- for schema in closed_schemas + [open_schema] %}
    create schema if not exists {{ adapter.quote(schema) }};
    revoke all on schema {{ adapter.quote(schema) }}
    from public, {{ adapter.quote(role) }};
    {%- endfor %}
    grant usage on schema {{ adapter.quote(open_schema) }}
    to {{ adapter.quote(role) }};
{%- endmacro %}

{% macro spark__rights_on_schemas(closed_schemas, open_schema, role) -%}
    grant use schema on schema {{ adapter.quote(open_schema) }}
    to {{ adapter.quote(role) }}
{%- endmacro %}


{#- A statement that lets a role read one table. -#}
{% macro rights_on_mart(relation, role) -%}
    {{ return(adapter.dispatch('rights_on_mart')(relation, role)) }}
{%- endmacro %}

{% macro default__rights_on_mart(relation, role) -%}
{%- endmacro %}

{% macro postgres__rights_on_mart(relation, role) -%}
    grant select on table {{ relation }} to {{ adapter.quote(role) }}
{%- endmacro %}

{% macro spark__rights_on_mart(relation, role) -%}
    grant select on table {{ relation }} to {{ adapter.quote(role) }}
{%- endmacro %}


{#- How a dear model is kept that each build of Spark should only add to: there
    only Delta and Iceberg replace rows. With any other format it is built as a
    whole, to the same rows; other engines build it by slices. -#}
{% macro materialized_by_key() -%}
    {{ return(adapter.dispatch('materialized_by_key')()) }}
{%- endmacro %}

{% macro default__materialized_by_key() -%}
    {{ return('table') }}
{%- endmacro %}

{% macro spark__materialized_by_key() -%}
    {%- set format = env_var('AFTERCLOSE_SPARK_FORMAT', 'parquet') -%}
    {{ return('incremental' if format in ['delta', 'iceberg'] else 'table') }}
{%- endmacro %}


{#- A query for 'schema.name' and comment of those of the relations that have one.
    Each engine keeps comments in a catalog of its own. -#}
{% macro comments_of(relations) -%}
    {%- set names = [] -%}
    {%- for relation in relations -%}
        {%- do names.append(
            text_literal(relation.schema ~ '.' ~ relation.identifier)
        ) -%}
    {%- endfor -%}
    {{ return(adapter.dispatch('comments_of')(names | unique | join(', '))) }}
{%- endmacro %}

{% macro default__comments_of(names) -%}
    select schema_name || '.' || table_name, comment
    from duckdb_tables()
    where
        database_name = current_database()
        and schema_name || '.' || table_name in ({{ names }})
    union all
    select schema_name || '.' || view_name, comment
    from duckdb_views()
    where
        database_name = current_database()
        and schema_name || '.' || view_name in ({{ names }})
{%- endmacro %}

{% macro postgres__comments_of(names) -%}
    select
        pg_namespace.nspname || '.' || pg_class.relname,
        obj_description(pg_class.oid, 'pg_class')
    from pg_class
    inner join pg_namespace on pg_class.relnamespace = pg_namespace.oid
    where pg_namespace.nspname || '.' || pg_class.relname in ({{ names }})
{%- endmacro %}


{#- Names of tables of a schema that begin with a text; none on Spark, which notes
    no changes. -#}
{% macro tables_named_like(schema, beginning) -%}
    {{ return(adapter.dispatch('tables_named_like')(schema, beginning)) }}
{%- endmacro %}

{% macro default__tables_named_like(schema, beginning) -%}
    {{ return(run_query(
        'select table_name from information_schema.tables'
        ~ ' where table_catalog = current_database() and table_schema = '
        ~ text_literal(schema) ~ ' and substr(table_name, 1, '
        ~ beginning | length ~ ') = ' ~ text_literal(beginning)
    ).columns[0].values()) }}
{%- endmacro %}

{% macro spark__tables_named_like(schema, beginning) -%}
    {{ return([]) }}
{%- endmacro %}


{#- Where a row stands in its table, as long as the transaction lasts. -#}
{% macro row_position() -%}
    {{ return(adapter.dispatch('row_position')()) }}
{%- endmacro %}

{% macro default__row_position() -%}
    {{ return('rowid') }}
{%- endmacro %}

{% macro postgres__row_position() -%}
    {{ return('ctid') }}
{%- endmacro %}


{#- The query of a view, none where an engine gives it in words of its own. -#}
{% macro sql_of_view(relation) -%}
    {{ return(adapter.dispatch('sql_of_view')(relation)) }}
{%- endmacro %}

{% macro default__sql_of_view(relation) -%}
    {%- set found = run_query(
        'select sql from duckdb_views() where database_name = current_database()'
        ~ ' and schema_name = ' ~ text_literal(relation.schema)
        ~ ' and view_name = ' ~ text_literal(relation.identifier)
    ).rows -%}
    {{ return(modules.re.sub(
        '(?s)^.*? AS (.*?);?\\s*$', '\\1', found[0][0]
    ) if found else none) }}
{%- endmacro %}

{% macro postgres__sql_of_view(relation) -%}
    {{ return(none) }}
{%- endmacro %}


{#- A hash of one whole row, by its alias; each engine has its own. -#}
{% macro row_hash(row) -%}
    {{ return(adapter.dispatch('row_hash')(row)) }}
{%- endmacro %}

{% macro default__row_hash(row) -%}
    {{ return('hash(' ~ row ~ ')') }}
{%- endmacro %}

{% macro postgres__row_hash(row) -%}
    {{ return('hashtextextended(cast(' ~ row ~ ' as text), 0)') }}
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
    {%- elif adapter.config.credentials.method == 'session' -%}
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

{#- dbt's own leaves the order out. Only one column orders. Nothing listed is null:
    an empty list would join to an empty text. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- set ordered_by = order_by_clause | replace('order by ', '') -%}
    case when count({{ measure }}) > 0 then array_join(
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
    ) end
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
