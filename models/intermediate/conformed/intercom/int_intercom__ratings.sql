{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one rating that a conversation was asked for, in the newest version
-- that shows it. A conversation shows only the last one, so earlier ones are
-- found in its older versions, as far as the loader keeps those. created_at of
-- a rating is when it was asked for, not when it was given.

with

versions as (

    select * from {{ ref({
        'fivetran': 'stg_intercom__conversation_history',
        'airbyte': 'stg_intercom__conversations',
    }[var('intercom_layout')]) }}

    where
        quarantine_reason is null
        and rating_requested_at is not null

),

answers as (

    select * from {{ ref('int_intercom__entries') }}

    where entry_type = 'conversation_rating_changed'

),

numbered as (

    select
        versions.*,
        min(case when rating is not null then updated_at end) over (
            partition by conversation_id, rating_requested_at
        ) as first_seen_rated_at,
        row_number() over (
            partition by conversation_id, rating_requested_at
            order by updated_at desc, loaded_at desc, rating desc
        ) as version_number

    from versions

),

requests as (

    select
        numbered.*,
        lead(rating_requested_at) over (
            partition by conversation_id order by rating_requested_at nulls last
        ) as next_requested_at

    from numbered

    where version_number = 1

),

answer_times as (

    select
        requests.conversation_id,
        requests.rating_requested_at,
        max(answers.created_at) as last_answered_at

    from requests

    inner join answers
        on
            requests.conversation_id = answers.conversation_id
            and requests.rating_requested_at <= answers.created_at
            and coalesce(requests.next_requested_at > answers.created_at, true)

    group by 1, 2

),

ratings as (

    select
        requests.conversation_id,
        requests.rating_requested_at as requested_at,
        requests.rating,
        case
            when requests.rating is not null
                then coalesce(
                    requests.rating_changed_at,
                    answer_times.last_answered_at,
                    requests.first_seen_rated_at,
                    requests.rating_requested_at
                )
        end as answered_at,
        requests.loaded_at

    from requests

    left join answer_times
        on
            requests.conversation_id = answer_times.conversation_id
            and requests.rating_requested_at = answer_times.rating_requested_at

)

select * from ratings
