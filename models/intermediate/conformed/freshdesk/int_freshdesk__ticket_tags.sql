{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one ticket that has tags.
{%- set prefix = var('freshdesk_session_tag_prefix') | string | lower %}

with

tickets as (

    select * from {{ ref('int_freshdesk__current_tickets') }}

),

listed_tags as (

    select
        ticket_id,
        {{ json_part_texts('tags_json') }} as tag_lines

    from tickets

    where {{ json_kind('tags_json') }} = 'array'

),

single_tags as (

    select
        ticket_id,
        {{ each_match('tag_lines', '[^\n]+') }} as tag

    from listed_tags

),

tags_of_tickets as (

    select
        ticket_id,
        -- a tag may be several words, but blanks part the tags below
        {{ small_letters(text_replace('trim(tag)', ' +', '_')) }} as tag,
        max(
            case
                when
                    substring({{ small_letters('trim(tag)') }}, 1, {{ prefix | length }})
                    = {{ text_literal(prefix) }}
                    then nullif(
                        substring(trim(tag), {{ prefix | length + 1 }}), ''
                    )
            end
        ) as session_ref

    from single_tags

    where trim(tag) <> ''

    group by 1, 2

),

ticket_tags as (

    select
        ticket_id,
        -- with a blank before and after every tag: ' vip spam ', so that
        -- like '% spam %' cannot mistake spam_checked for spam
        ' ' || {{ dbt.listagg('tag', "' '", 'order by tag') }} || ' ' as tags,
        max(session_ref) as session_ref

    from tags_of_tickets

    group by 1

)

select * from ticket_tags
