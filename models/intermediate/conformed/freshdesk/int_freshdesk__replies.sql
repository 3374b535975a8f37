{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one reply or note, in its newest loaded version, with who wrote it. The
-- words a customer adds to a survey come as an incoming reply too (source 6), on
-- a ticket that is long closed: they are no message. A forwarded mail (source 8)
-- goes to a third party; the customer never sees it.

with

replies as (

    select * from {{ ref('stg_freshdesk__conversations') }}

),

tickets as (

    select * from {{ ref('int_freshdesk__current_tickets') }}

),

accounts as (

    select * from {{ ref('int_freshdesk__accounts') }}

),

numbered as (

    select
        replies.*,
        row_number() over (
            partition by reply_id
            order by
                coalesce(updated_at, sent_at) desc,
                coalesce(loaded_at, sent_at) desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint(['ticket_id', 'author_id', 'body']) }} desc
        ) as version_number

    from replies

    where quarantine_reason is null

),

described as (

    select
        numbered.*,
        tickets.requester_id,
        accounts.author_role as account_role,
        coalesce(accounts.is_listed_bot, false) as is_listed_bot,
        numbered.automation_id is not null or numbered.is_auto_response
            as is_automatic,
        not numbered.is_private and coalesce(numbered.source_number, '') <> '8'
            as is_public

    from numbered

    left join tickets
        on numbered.ticket_id = tickets.ticket_id

    left join accounts
        on numbered.author_id = accounts.account_id

    where
        numbered.version_number = 1
        and coalesce(numbered.source_number, '') <> '6'

),

authored as (

    select
        reply_id,
        ticket_id,
        author_id,
        case
            when is_listed_bot then account_role
            -- what comes in may be an agent's own question, or a customer's
            -- automatic reply
            when is_incoming and is_public then 'customer'
            when is_automatic then 'bot_automation'
            when account_role = 'human_agent' then 'human_agent'
            -- what comes in unseen is a third party's answer to a forward
            when is_incoming then 'system'
            when author_id is null then 'system'
            -- what goes out was written by an agent, still on the list or not
            when not is_incoming then 'human_agent'
            when author_id = requester_id then 'customer'
            else coalesce(account_role, 'system')
        end as author_role,
        case when {{ is_not_blank('body') }} then body end as body,
        {{ try_cast('reply_id', 'bigint') }} as source_position,
        is_public,
        is_automatic,
        sent_at,
        loaded_at

    from described

)

select * from authored
