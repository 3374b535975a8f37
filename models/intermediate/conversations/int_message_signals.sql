-- Grain: one message and one signal that its own words show. Depends on the
-- message and the seed only, never on the messages around it.
{%- set page_length = 1000 %}

with

message_texts as (

    select * from {{ ref('int_message_texts') }}

),

message_signals as (

    select * from {{ ref('message_signals') }}

),

author_roles as (

    select
        'customer' as author_role,
        'customer' as pattern_role

    union all

    select
        'ai_agent' as author_role,
        'ai_agent' as pattern_role

    union all

    select
        'human_agent' as author_role,
        'human_agent' as pattern_role

    union all

    select
        'ai_agent' as author_role,
        'any_agent' as pattern_role

    union all

    select
        'human_agent' as author_role,
        'any_agent' as pattern_role

),

-- one pattern for each signal, so that a text is read once for each signal
combined_patterns as (

    select
        author_roles.author_role,
        message_signals.signal,
        {{ dbt.listagg(
            "'(' || message_signals.pattern || ')'", "'|'",
            "order by message_signals.pattern"
        ) }} as pattern

    from author_roles

    inner join message_signals
        on author_roles.pattern_role = message_signals.author_role

    group by 1, 2

),

numbered_texts as (

    select
        message_id,
        author_role,
        text,
        row_number() over (
            partition by author_role
            order by message_id
        ) - 1 as text_number

    from message_texts

),

-- many messages, one on each line, are matched at once: each_matching_line
-- says why
lines as (

    select
        message_id,
        author_role,
        text,
        cast(
            floor(text_number / {{ page_length }}.0) as integer
        ) as page_number,
        text_number % {{ page_length }} + 1 as line_number

    from numbered_texts

),

pages as (

    select
        author_role,
        page_number,
        {{ dbt.listagg('text', 'chr(10)', 'order by line_number') }} as text

    from lines

    group by 1, 2

),

matching_lines as (

    select
        pages.author_role,
        pages.page_number,
        combined_patterns.signal,
        {{ each_matching_line('pages.text', 'combined_patterns.pattern') }}
            as line_number

    from pages

    inner join combined_patterns
        on pages.author_role = combined_patterns.author_role

),

signals_of_messages as (

    select
        lines.message_id,
        matching_lines.signal

    from matching_lines

    inner join lines
        on
            matching_lines.author_role = lines.author_role
            and matching_lines.page_number = lines.page_number
            and matching_lines.line_number = lines.line_number

)

select * from signals_of_messages
