{{ config(changes_by = ['conversation_id']) }}

-- Grain: a conversation that counts in re-contact rates (eligible, closed,
-- linkable) and a window of 24, 72 or 168 hours after its resolved_at. An
-- immature one already shows a re-contact that came, but enters no rate.

with

conversations as (

    select * from {{ ref('int_conversations') }}
    where is_eligible and is_closed and is_linkable

),

data_edges as (

    select * from {{ ref('int_data_edges') }}

),

recontact_candidates as (

    select * from {{ ref('int_recontact_candidates') }}

),

windows as (

    select 24 as window_hours
    union all
    select 72 as window_hours
    union all
    select 168 as window_hours

),

judged as (

    select
        conversations.conversation_id,
        windows.window_hours,
        conversations.resolved_at,
        coalesce(
            {{ dbt.dateadd('hour', 'windows.window_hours', 'conversations.resolved_at') }}
            <= data_edges.data_as_of,
            false
        ) as is_mature

    from conversations

    cross join windows

    cross join data_edges

),

within_window as (

    select
        judged.conversation_id,
        judged.window_hours,
        recontact_candidates.next_conversation_id,
        recontact_candidates.match_method,
        recontact_candidates.time_to_recontact_seconds,
        recontact_candidates.is_strict,
        recontact_candidates.is_default,
        row_number() over (
            partition by judged.conversation_id, judged.window_hours
            order by
                case when recontact_candidates.is_default then 0 else 1 end,
                recontact_candidates.next_opened_at nulls last,
                recontact_candidates.next_conversation_id
        ) as candidate_number

    from judged

    inner join recontact_candidates
        on
            judged.conversation_id = recontact_candidates.conversation_id
            and recontact_candidates.time_to_recontact_seconds
            <= judged.window_hours * 3600

),

by_window as (

    select
        conversation_id,
        window_hours,
        max(
            case
                when candidate_number = 1 and is_default
                    then next_conversation_id
            end
        ) as recontact_conversation_id,
        max(
            case when candidate_number = 1 and is_default then match_method end
        ) as match_method,
        max(
            case
                when candidate_number = 1 and is_default
                    then time_to_recontact_seconds
            end
        ) as time_to_recontact_seconds,
        max(case when is_strict then 1 else 0 end) = 1 as has_strict_recontact

    from within_window

    group by 1, 2

),

recontacts as (

    select
        judged.conversation_id,
        judged.window_hours,
        by_window.recontact_conversation_id,
        by_window.match_method,
        by_window.time_to_recontact_seconds,
        judged.is_mature,
        by_window.recontact_conversation_id is not null as has_recontact,
        coalesce(by_window.has_strict_recontact, false) as has_strict_recontact,
        by_window.conversation_id is not null as has_any_recontact

    from judged

    left join by_window
        on
            judged.conversation_id = by_window.conversation_id
            and judged.window_hours = by_window.window_hours

)

select * from recontacts
