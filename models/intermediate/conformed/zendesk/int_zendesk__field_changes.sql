{{ config(
    enabled = 'zendesk' in var('ticket_sources'),
    slice_by = 'ticket_id',
    changes_by = ['ticket_id'],
    slice_through = {
        'int_zendesk__accounts': ['account_id', 'this', 'actor_id'],
    }
) }}

-- Grain: one change of one field of a ticket, in its newest load, with who made
-- it. Zendesk often names nobody: the system did it, as far as anyone knows.

with

field_changes as (

    select * from {{ ref({
        'fivetran': 'stg_zendesk__ticket_field_changes',
        'airbyte': 'stg_zendesk__ticket_field_changes_airbyte',
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
        field_changes.*,
        row_number() over (
            partition by ticket_field_change_id
            order by
                coalesce(loaded_at, changed_at) desc,
                -- only so that the same rows always give the same answer
                {{ dbt.hash(
                    "coalesce(new_value, '') || '|' || coalesce(actor_id, '')"
                ) }} desc
        ) as version_number

    from field_changes

    where quarantine_reason is null

),

attributed as (

    select
        numbered.ticket_field_change_id,
        numbered.ticket_id,
        numbered.actor_id,
        case
            when accounts.author_role is not null then accounts.author_role
            when numbered.actor_id = tickets.requester_id then 'customer'
            else 'system'
        end as actor_role,
        numbered.field_name,
        numbered.new_value,
        numbered.changed_at,
        numbered.loaded_at

    from numbered

    left join tickets
        on numbered.ticket_id = tickets.ticket_id

    left join accounts
        on numbered.actor_id = accounts.account_id

    where numbered.version_number = 1

)

select * from attributed
