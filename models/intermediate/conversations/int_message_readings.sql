{{ config(
    materialized = materialized_by_key(),
    unique_key = 'message_id',
    incremental_strategy = 'merge',
    slice_by = 'message_id',
    changes_by = ['message_id'],
    on_schema_change = 'fail'
) }}

-- Grain: one message that was ever read: lower case, on one line, without the
-- mail it quotes, its first 2,000 characters; null where no words are left. A
-- message is read again when its author or body is another than before. Load
-- times alone would not tell: the rows of one run of the agent may land apart
-- and still bear the same stamp.
{#- A mail that quotes ours would otherwise carry our words as the customer's:
    all from the line that introduces the quote, in five languages, or from the
    rule or the header that mail programs put above it, ... -#}
{%- set introduction =
    '(^|\n)(on|am|le|el|em) [^\n]*[0-9][^\n]*(\n[^\n]*)?'
    ~ '(wrote|schrieb[^\n]*|a écrit|escribió|escreveu) ?:[ \r]*(\n.*)?$'
-%}
{%- set rule =
    '-{2,} ?(original message|ursprüngliche nachricht|message d.origine'
    ~ '|mensaje original|mensagem original|forwarded message).*$'
-%}
{%- set header =
    '(^|\n)[*_ ]*(from|von|de):[^\n]*\n[*_ ]*'
    ~ '(sent|gesendet|envoyé|enviado|date):.*$'
-%}
{%- set quoted_mail =
    '(?s)(' ~ introduction ~ '|' ~ rule ~ '|' ~ header ~ ')'
-%}
{#- ... and every line marked as quoted. -#}
{%- set marked_line = '(^|\n) *>[^\n]*' -%}
{#- Not every single space: replacing those costs more than all the rest. -#}
{%- set loose_space = '( *[[:cntrl:]][[:cntrl:] ]*|  +)' %}

with

messages as (

    select
        message_id,
        author_role,
        body,
        {{ row_fingerprint(['author_role', 'body']) }} as body_fingerprint,
        loaded_at

    from {{ ref('int_messages') }}

    where
        author_role in ('customer', 'ai_agent', 'human_agent')
        and body is not null

),

new_messages as (

    select messages.*

    from messages
    {% if is_incremental() %}
    left join {{ this }} as known_texts
        on
            messages.message_id = known_texts.message_id
            and messages.body_fingerprint = known_texts.body_fingerprint

    where known_texts.message_id is null
    {% endif %}
),

-- what many say in the same words is read once
distinct_bodies as (

    select
        body_fingerprint,
        body

    from new_messages

    group by 1, 2

),

shortened as (

    select
        body_fingerprint,
        -- regular expressions over one pasted log file would cost more than
        -- over all other messages together
        {{ small_letters('substr(body, 1, 10000)') }} as text

    from distinct_bodies

    {{ computed_once() }}

),

-- no quoted mail is without one of these signs, and no marked line without its
-- own: most messages are spared both patterns
unquoted as (

    select
        body_fingerprint,
        case
            when text like '%:%' or text like '%--%'
                then {{ text_replace('text', quoted_mail, '') }}
            else text
        end as text

    from shortened

    {{ computed_once() }}

),

unmarked as (

    select
        body_fingerprint,
        case
            when text like '%>%'
                then {{ text_replace('text', marked_line, '') }}
            else text
        end as text

    from unquoted

    {{ computed_once() }}

),

-- patterns are written with plain spaces and straight apostrophes
folded as (

    select
        body_fingerprint,
        trim(
            substr(
                {{ text_replace(
                    "replace(replace(text, chr(160), ' '), '’', chr(39))",
                    loose_space, ' '
                ) }},
                1, 2000
            )
        ) as text

    from unmarked

),

message_readings as (

    select
        new_messages.message_id,
        new_messages.author_role,
        new_messages.body_fingerprint,
        nullif(folded.text, '') as text,
        new_messages.loaded_at

    from new_messages

    inner join folded
        on new_messages.body_fingerprint = folded.body_fingerprint

)

select * from message_readings
