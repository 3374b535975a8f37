{{ config(
    materialized = materialized_by_key(),
    unique_key = 'message_id',
    incremental_strategy = 'merge',
    slice_by = 'message_id',
    changes_by = ['message_id'],
    on_schema_change = 'fail'
) }}

-- Grain: one message held against all patterns for its author, with all signals
-- that its own words show, as ' thanked not_fixed '. Depends on the message and
-- the patterns only, never on the messages around it, so what was computed stays
-- valid until the text or the patterns for its author change: both leave a
-- fingerprint.
{%- set page_length = 4000 %}

with

message_texts as (

    select * from {{ ref('int_message_texts') }}

),

signal_patterns as (

    select * from {{ ref('int_signal_patterns') }}

),

fingerprints as (

    select distinct
        author_role,
        pattern_fingerprint

    from signal_patterns

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
    left join {{ this }} as known_scans
        on
            message_texts.message_id = known_scans.message_id
            and message_texts.body_fingerprint = known_scans.body_fingerprint
            and coalesce(fingerprints.pattern_fingerprint, '')
            = known_scans.pattern_fingerprint

    where known_scans.message_id is null
    {% endif %}
),

-- what many say in the same words is read once
distinct_texts as (

    select distinct
        author_role,
        text

    from new_texts

),

numbered_texts as (

    select
        author_role,
        text,
        row_number() over (
            partition by author_role
            order by text
        ) - 1 as text_number

    from distinct_texts

),

-- many texts, one on each line, are matched at once: each_matching_line
-- says why
lines as (

    select
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
        signal_patterns.signal,
        {{ each_matching_line('pages.text', 'signal_patterns.pattern') }}
            as line_number

    from pages

    inner join signal_patterns
        on pages.author_role = signal_patterns.author_role

),

-- both patterns of a signal may match
signals_of_lines as (

    select distinct
        author_role,
        page_number,
        line_number,
        signal

    from matching_lines

),

scanned_texts as (

    select
        lines.author_role,
        lines.text,
        {{ dbt.listagg(
            'signals_of_lines.signal', "' '", 'order by signals_of_lines.signal'
        ) }} as signals

    from signals_of_lines

    inner join lines
        on
            signals_of_lines.author_role = lines.author_role
            and signals_of_lines.page_number = lines.page_number
            and signals_of_lines.line_number = lines.line_number

    group by 1, 2

),

message_scans as (

    select
        new_texts.message_id,
        case
            when scanned_texts.signals is not null
                then ' ' || scanned_texts.signals || ' '
            else ''
        end as signals,
        new_texts.body_fingerprint,
        new_texts.pattern_fingerprint,
        new_texts.loaded_at

    from new_texts

    left join scanned_texts
        on
            new_texts.author_role = scanned_texts.author_role
            and new_texts.text = scanned_texts.text

)

select * from message_scans
