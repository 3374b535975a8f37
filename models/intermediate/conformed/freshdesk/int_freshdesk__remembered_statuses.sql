{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one status that the ticket itself remembers: when it was last resolved,
-- closed and reopened. Who did it and every earlier time is lost. A ticket that
-- was reopened had come to an end before; where that time is lost too, the
-- company's last public word before the reopening stands for it.

with

tickets as (

    select * from {{ ref('int_freshdesk__current_tickets') }}

),

answers as (

    select * from {{ ref('int_freshdesk__messages') }}

    where
        is_public
        and author_role <> 'customer'

),

last_ends as (

    {%- for moment in ['resolved_at', 'closed_at'] %}
    select
        ticket_id,
        '{{ moment }}' as moment,
        true as is_done,
        {{ moment }} as changed_at,
        loaded_at

    from tickets

    where {{ moment }} is not null

    union all
    {% endfor %}
    -- done, and nothing says since when: its last update is the best known time
    select
        ticket_id,
        'unrecorded' as moment,
        true as is_done,
        coalesce(updated_at, created_at) as changed_at,
        loaded_at

    from tickets

    where
        is_done
        and resolved_at is null
        and closed_at is null

),

reopenings as (

    select
        ticket_id,
        'reopened_at' as moment,
        false as is_done,
        reopened_at as changed_at,
        loaded_at

    from tickets

    where reopened_at is not null

),

lost_ends as (

    select
        tickets.ticket_id,
        'before_reopening' as moment,
        true as is_done,
        max(answers.sent_at) as changed_at,
        max(tickets.loaded_at) as loaded_at

    from tickets

    inner join answers
        on
            'freshdesk:' || tickets.ticket_id = answers.ticket_id
            and tickets.reopened_at > answers.sent_at

    where
        coalesce(tickets.resolved_at >= tickets.reopened_at, true)
        and coalesce(tickets.closed_at >= tickets.reopened_at, true)

    group by 1

),

remembered_statuses as (

    select * from last_ends

    union all

    select * from reopenings

    union all

    select * from lost_ends

)

select * from remembered_statuses
