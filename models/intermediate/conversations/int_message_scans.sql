{{ config(
    materialized = materialized_by_key(),
    unique_key = 'message_id',
    incremental_strategy = replace_by_key(),
    on_schema_change = 'fail'
) }}

-- Grain: one message held against the seed message_signals, with all signals
-- that its own words show, as ' thanked not_fixed '. Depends on the message and
-- the seed only, never on the messages around it, so what was computed stays
-- valid until the text or the patterns for its author change: both leave a
-- fingerprint.
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

fingerprints as (

    select
        author_role,
        md5({{ dbt.listagg(
            "signal || '=' || pattern", "'|'", "order by signal"
        ) }}) as pattern_fingerprint

    from combined_patterns

    group by 1

),

new_texts as (

    select
        message_texts.message_id,
        message_texts.author_role,
        message_texts.text,
        message_texts.body_fingerprint,
        coalesce(fingerprints.pattern_fingerprint, '') as pattern_fingerprint,
        message_texts.loaded_at

    from message_texts

    left join fingerprints
        on message_texts.author_role = fingerprints.author_role
    {% if is_incremental() %}
    -- unless known
    left join {{ this }} as known_scans
        on
            message_texts.message_id = known_scans.message_id
            and message_texts.body_fingerprint = known_scans.body_fingerprint
            and coalesce(fingerprints.pattern_fingerprint, '')
            = known_scans.pattern_fingerprint

    where known_scans.message_id is null
    -- known until here
    {% endif %}
),

numbered_texts as (

    select
        *,
        row_number() over (
            partition by author_role
            order by message_id
        ) - 1 as text_number

    from new_texts

),

-- many messages, one on each line, are matched at once: each_matching_line
-- says why
lines as (

    select
        message_id,
        author_role,
        text,
        body_fingerprint,
        pattern_fingerprint,
        loaded_at,
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

signals_of_lines as (

    select
        author_role,
        page_number,
        line_number,
        {{ dbt.listagg('signal', "' '", 'order by signal') }} as signals

    from matching_lines

    group by 1, 2, 3

),

message_scans as (

    select
        lines.message_id,
        case
            when signals_of_lines.signals is not null
                then ' ' || signals_of_lines.signals || ' '
            else ''
        end as signals,
        lines.body_fingerprint,
        lines.pattern_fingerprint,
        lines.loaded_at

    from lines

    left join signals_of_lines
        on
            lines.author_role = signals_of_lines.author_role
            and lines.page_number = signals_of_lines.page_number
            and lines.line_number = signals_of_lines.line_number

)

select * from message_scans
