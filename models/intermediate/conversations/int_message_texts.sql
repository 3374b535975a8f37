-- Grain: one message with words of its own: lower case, on one line, without the
-- mail it quotes, its first 2,000 characters. This is what message signals read.
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

    select * from {{ ref('int_messages') }}

),

shortened as (

    select
        message_id,
        author_role,
        -- regular expressions over one pasted log file would cost more than
        -- over all other messages together
        lower(substr(body, 1, 10000)) as text,
        loaded_at

    from messages

    where
        author_role in ('customer', 'ai_agent', 'human_agent')
        and body is not null

),

unquoted as (

    select
        message_id,
        author_role,
        {{ text_replace(
            text_replace('text', quoted_mail, ''), marked_line, ''
        ) }} as text,
        loaded_at

    from shortened

),

-- patterns are written with plain spaces and straight apostrophes
folded as (

    select
        message_id,
        author_role,
        trim(
            substr(
                {{ text_replace(
                    "replace(replace(text, chr(160), ' '), '’', '''')",
                    loose_space, ' '
                ) }},
                1, 2000
            )
        ) as text,
        loaded_at

    from unquoted

),

message_texts as (

    select
        message_id,
        author_role,
        text,
        loaded_at

    from folded

    where text <> ''

)

select * from message_texts
