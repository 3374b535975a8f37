{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'comment_id',
    changes_by = ['comment_id', 'ticket_id'],
    slice_through = {
        'int_zendesk__current_tickets': ['ticket_id', 'this'],
        'int_zendesk__accounts': ['account_id', 'this', 'author_id'],
    }
) }}

-- Grain: one comment, in its newest loaded version, with who wrote it. A copied
-- in end-user counts as a customer like the requester. An account that the help
-- desk does not name is the customer only if the ticket says so.

with

comments as (

    select * from {{ ref({
        'fivetran': 'stg_zendesk__ticket_comments',
        'airbyte': 'stg_zendesk__ticket_comments_airbyte',
    }[var('zendesk_layout')]) }}

),

tickets as (

    select * from {{ ref('int_zendesk__current_tickets') }}

),

accounts as (

    select * from {{ ref('int_zendesk__accounts') }}

),

numbered as (

    select
        comments.*,
        row_number() over (
            partition by comment_id
            order by
                coalesce(loaded_at, sent_at) desc,
                sent_at desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint([
                    'body', 'author_id', 'ticket_id', 'is_public'
                ]) }} desc
        ) as version_number

    from comments

    where quarantine_reason is null

),

authored as (

    select
        numbered.comment_id,
        numbered.ticket_id,
        numbered.author_id,
        case
            when accounts.author_role is not null then accounts.author_role
            when numbered.author_id = tickets.requester_id then 'customer'
            else 'system'
        end as author_role,
        case when {{ is_not_blank('numbered.body') }} then numbered.body end as body,
        {{ try_cast('numbered.comment_id', 'bigint') }} as source_position,
        -- Zendesk's own default
        coalesce(numbered.is_public, true) as is_public,
        numbered.sent_at,
        numbered.loaded_at

    from numbered

    left join tickets
        on numbered.ticket_id = tickets.ticket_id

    left join accounts
        on numbered.author_id = accounts.account_id

    where numbered.version_number = 1

)

select * from authored
