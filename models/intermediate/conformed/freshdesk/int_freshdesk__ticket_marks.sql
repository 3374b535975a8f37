{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one ticket that was ever deleted or marked as spam, or taken back from
-- there. Connectors no longer load such tickets, so the version that is here
-- still looks alive: only the activities tell.

with

activities as (

    select * from {{ ref('int_freshdesk__activities') }}

),

marks as (

    select
        ticket_id,
        case when marks_deleted then 1 else 0 end as is_marked,
        'deleted' as mark,
        performed_at,
        activity_id

    from activities

    where marks_deleted is not null

    union all

    select
        ticket_id,
        case when marks_spam then 1 else 0 end as is_marked,
        'spam' as mark,
        performed_at,
        activity_id

    from activities

    where marks_spam is not null

),

numbered_marks as (

    select
        marks.*,
        row_number() over (
            partition by ticket_id, mark
            order by performed_at desc, activity_id desc
        ) as marks_from_last

    from marks

),

ticket_marks as (

    select
        ticket_id,
        max(case when mark = 'deleted' then is_marked else 0 end) = 1
            as is_deleted,
        max(case when mark = 'spam' then is_marked else 0 end) = 1
            as is_marked_spam

    from numbered_marks

    where marks_from_last = 1

    group by 1

)

select * from ticket_marks
