{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one change of one field of a ticket, one row per load. The audits tell
-- them; they leave out archived tickets, whose satisfaction ratings are then
-- all that is known of the survey.

with

audit_events as (

    select * from {{ ref('stg_zendesk__ticket_audit_events') }}

),

rating_steps as (

    select * from {{ ref('stg_zendesk__satisfaction_rating_steps') }}

),

-- a rating is written down twice in an audit: as the change of a field and as
-- an event of its own
audited_changes as (

    select
        audit_events.*,
        case
            when event_type = 'SatisfactionRating' then 'satisfaction_score'
            else field_name
        end as changed_field,
        max(
            case when field_name = 'satisfaction_score' then 1 else 0 end
        ) over (partition by audit_id) as has_satisfaction_change

    from audit_events

    where
        (event_type in ('Create', 'Change') and field_name is not null)
        or event_type = 'SatisfactionRating'

),

changes as (

    select
        ticket_id || ':' || changed_field || ':' || event_id
            as ticket_field_change_id,
        ticket_id,
        actor_id,
        changed_field as field_name,
        event_value as new_value,
        created_at as changed_at,
        loaded_at

    from audited_changes

    where
        event_type <> 'SatisfactionRating'
        or has_satisfaction_change = 0

),

tickets_with_audited_surveys as (

    select ticket_id

    from changes

    where field_name = 'satisfaction_score'

    group by 1

),

unaudited_changes as (

    select
        rating_steps.ticket_id || ':satisfaction_score:'
        || rating_steps.step_id as ticket_field_change_id,
        rating_steps.ticket_id,
        cast(null as {{ dbt.type_string() }}) as actor_id,
        'satisfaction_score' as field_name,
        rating_steps.score as new_value,
        rating_steps.changed_at,
        rating_steps.loaded_at

    from rating_steps

    left join tickets_with_audited_surveys
        on
            rating_steps.ticket_id
            = tickets_with_audited_surveys.ticket_id

    where tickets_with_audited_surveys.ticket_id is null

),

field_changes as (

    select * from changes

    union all

    select * from unaudited_changes

),

judged as (

    select
        field_changes.*,
        -- rows that cannot be used stay with the audits
        cast(null as {{ dbt.type_string() }}) as quarantine_reason

    from field_changes

)

select * from judged
where {{ is_remembered('zendesk', {
    'ticket_id': 'ticket', 'actor_id': 'person',
}) }}
