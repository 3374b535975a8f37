{{ config(
    slice_by = 'conversation_id',
    changes_by = ['conversation_id'],
    slice_through = {
        'int_messages': ['message_id', 'int_conversation_messages'],
    }
) }}

-- Grain: one conversation with a substantive customer message: the issue in
-- the customer's own words. What stands before the first answer counts, as
-- later messages are about the answer. Nothing that names a person stays.
{% set quoted_reply -%}
(^|\n)(On|Am|Le|El) [^\n]{4,200}(\n[^\n]{1,100})?(wrote|schrieb|écrit|escribió)[^\n]{0,60}:[ ]*(\n+>[^\n]*)+
{%- endset %}
{% set quoted_line -%}
(^|\n)[ ]*>[^\n]*
{%- endset %}
{% set quoted_rest -%}
(^|\n)(On|Am|Le|El) [^\n]{4,200}(\n[^\n]{1,100})?(wrote|schrieb|écrit|escribió)[^\n]{0,60}:(.|\n)*
{%- endset %}
{% set forwarded_rest -%}
(?i)((^|\n)[ ]*(-{2,}[ ]*(original|forwarded) message|_{10,}|from: [^\n]+\n(sent|date|to): )|<blockquote)(.|\n)*
{%- endset %}
{% set signature_rest -%}
\n--[ ]*\n(.|\n)*
{%- endset %}
{% set sign_off -%}
(?i)\n[ ]*((best|kind|kindest|warm|many)?[ ]*(regards|wishes)|best|cheers|sincerely|yours (truly|sincerely|faithfully)|(many )?thanks( in advance)?|thank you)[,.!]*[ ]*(\n[^\n]{0,60}){0,6}$
{%- endset %}
{% set sign_off_with_name -%}
([Tt]hanks|[Tt]hank you|[Cc]heers|[Rr]egards|[Bb]est)[,.!]*[ ]+[A-Z][^\s]*( [A-Z][^\s]*)?[.!]?\s*$
{%- endset %}
{% set device_line -%}
(?i)sent from my [^\n]*
{%- endset %}
{% set tag -%}
</?[A-Za-z!][^<>]*>|&[A-Za-z0-9#]{2,8};
{%- endset %}
{% set email -%}
[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+
{%- endset %}
{% set url -%}
(?i)(https?://|www\.)[^\s<>]+
{%- endset %}
{% set number -%}
[A-Za-z#_-]*[0-9][A-Za-z0-9#_.,:/-]*[0-9][A-Za-z0-9_-]*|\b[0-9]\b
{%- endset %}
{#- One capital name or the rest, never both: where two branches fit, some engines
    take the first and some the longer one. #}
{% set greeting_with_name -%}
^\s*([Hh]i|[Hh]ello|[Hh]ey|[Hh]iya|[Dd]ear|[Gg]ood (morning|afternoon|evening|day))(([ ]+[A-Z][^\s,.!?:;]+){1,3}|([ ]+([A-Z]|[^\sA-Z,.!?:;][^\s,.!?:;]*))?[ ]*[,!:\n])
{%- endset %}
{% set own_name -%}
([Mm]y name is|[Mm]y name.s) [^\s,.!?]+( [A-Z][^\s,.!?]*)*[,.!]*
{%- endset %}

with

public_messages as (

    select *
    from {{ ref('int_conversation_messages') }}
    where is_public

),

messages as (

    select * from {{ ref('int_messages') }}

),

first_answers as (

    select
        conversation_id,
        min(message_number) as message_number

    from public_messages

    where
        author_role in ('ai_agent', 'human_agent')
        and not is_auto_reply

    group by 1

),

customer_messages as (

    select
        message_id,
        conversation_id,
        message_number,
        row_number() over (
            partition by conversation_id
            order by message_number
        ) as substantive_number

    from public_messages

    where
        author_role = 'customer'
        and is_substantive

),

opening_messages as (

    select
        customer_messages.conversation_id,
        customer_messages.message_number,
        -- The issue stands early; what follows 4,000 characters is pasted.
        {{ text_replace("substring(messages.body, 1, 4000)", '\\r', '') }} as body

    from customer_messages

    inner join messages
        on customer_messages.message_id = messages.message_id

    left join first_answers
        on customer_messages.conversation_id = first_answers.conversation_id

    where
        customer_messages.substantive_number = 1
        or first_answers.message_number is null
        or customer_messages.message_number < first_answers.message_number

),
{% set steps = [
    ('without_quoted_reply', quoted_reply),
    ('without_quoted_lines', quoted_line),
    ('without_quoted_rest', quoted_rest),
    ('without_forwarded_rest', forwarded_rest),
    ('without_signature', signature_rest),
    ('without_sign_off', sign_off),
    ('without_named_sign_off', sign_off_with_name),
    ('without_device_line', device_line),
    ('without_tags', tag),
    ('without_emails', email),
    ('without_urls', url),
    ('without_numbers', number),
    ('without_greeting', greeting_with_name),
    ('without_own_name', own_name),
    ('with_single_spaces', '\\s+'),
] -%}
{%- for name, pattern in steps %}
{{ name }} as (

    select
        conversation_id,
        message_number,
        {{ text_replace('body', pattern, ' ') }} as body

    from {{ 'opening_messages' if loop.first else loop.previtem[0] }}

),
{% endfor %}
openings as (

    select
        conversation_id,
        {{ dbt.listagg('trim(body)', "' '", 'order by message_number') }}
            as opening_text

    from with_single_spaces

    group by 1

),

final as (

    select
        conversation_id,
        trim(substring(trim(opening_text), 1, 1000)) as opening_text

    from openings

)

select * from final
