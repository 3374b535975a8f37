{{ config(enabled = 'freshdesk' in var('ticket_sources')) }}

-- Grain: one status of this account, as the ticket form's field status lists it.
-- Tickets carry the number, activities the name; only here it is said which is
-- which.

with

ticket_fields as (

    select * from {{ ref('stg_freshdesk__ticket_fields') }}

    where
        quarantine_reason is null
        and field_name = 'status'

),

numbered_fields as (

    select
        ticket_fields.*,
        row_number() over (
            order by
                coalesce(updated_at, created_at, loaded_at) desc,
                coalesce(loaded_at, updated_at, created_at) desc,
                {{ row_fingerprint(['ticket_field_id', 'choices_json']) }} desc
        ) as version_number

    from ticket_fields

),

listed_keys as (

    select
        choices_json,
        {{ each_match('choices_json', '"[0-9]+" *:') }} as matched_key

    from numbered_fields

    where version_number = 1

),

listed_numbers as (

    select
        choices_json,
        {{ text_replace('matched_key', '[^0-9]', '') }} as status_number

    from listed_keys

),

listed_choices as (

    select
        status_number,
        {{ json_text_of_column('choices_json', 'status_number') }} as choice

    from listed_numbers

),

named_choices as (

    select
        status_number,
        -- for agents and for customers, in this order; some exports keep one
        {{ small_letters(
            'trim(coalesce(' ~ json_text('choice', [0]) ~ ', choice))'
        ) }} as status_name

    from listed_choices

),

listed_statuses as (

    select * from named_choices

    where status_name <> ''

)

select * from listed_statuses
