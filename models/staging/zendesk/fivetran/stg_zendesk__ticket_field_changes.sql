{% set ticket_id = configured_field('ticket_id') -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'fivetran',
    raw_keys = {'ticket_id': ticket_id}
) }}

-- Grain: one row of the raw table ticket_field_history; a change has one row
-- per load. A change has no id of its own: ticket, field and time make it one.

with

source as (

    select * from {{ source('zendesk', 'ticket_field_history') }}

),

renamed as (

    select

        ---------- ids
        {{ ticket_id }} as ticket_id,
        nullif(trim(cast(user_id as {{ dbt.type_string() }})), '') as actor_id,

        ---------- strings
        lower(nullif(trim(field_name), '')) as field_name,
        nullif(trim(cast(value as {{ dbt.type_string() }})), '') as new_value,

        ---------- timestamps
        {{ utc_timestamp('updated') }} as changed_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

keyed as (

    select
        ticket_id || ':' || field_name || ':' || cast(
            cast(
                round(1000 * {{ seconds_between(
                    "cast('1970-01-01 00:00:00' as timestamp)", 'changed_at'
                ) }}) as bigint
            ) as {{ dbt.type_string() }}
        ) as ticket_field_change_id,
        renamed.*

    from renamed

),

judged as (

    select
        keyed.*,
        case
            when ticket_id is null then 'missing_parent'
            when field_name is null then 'missing_id'
            when changed_at is null then 'unreadable_time'
            when changed_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from keyed

)

select * from judged
where {{ is_remembered('zendesk', {
    'ticket_id': 'ticket', 'actor_id': 'person',
}) }}
