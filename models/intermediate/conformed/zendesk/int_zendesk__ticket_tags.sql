{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    changes_by = ['ticket_id']
) }}

-- Grain: one ticket that has tags. A removed tag has no row any more, so the
-- tags that are there are the ticket's tags; loading one twice changes nothing.
{%- set prefix = var('zendesk_session_tag_prefix') | string %}

with

ticket_tags as (

    select * from {{ ref({
        'fivetran': 'stg_zendesk__ticket_tags',
        'airbyte': 'stg_zendesk__ticket_tags_airbyte',
    }[var('zendesk_layout')]) }}

),

tags_of_tickets as (

    select
        ticket_id,
        tag

    from ticket_tags

    where quarantine_reason is null

    group by 1, 2

),

tagged_tickets as (

    select
        ticket_id,
        -- with a blank before and after every tag: ' vip spam ', so that
        -- like '% spam %' cannot mistake spam_checked for spam
        ' ' || {{ dbt.listagg('tag', "' '", 'order by tag') }} || ' ' as tags,
        max(
            case
                when
                    substring(tag, 1, {{ prefix | length }})
                    = {{ text_literal(prefix) }}
                    then nullif(substring(tag, {{ prefix | length + 1 }}), '')
            end
        ) as session_ref

    from tags_of_tickets

    group by 1

)

select * from tagged_tickets
