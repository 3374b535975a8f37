{% set comment_id = configured_field('id') -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'fivetran',
    raw_keys = {'comment_id': comment_id}
) }}

-- Grain: one row of the raw table; a comment has one row per loaded version.

with

source as (

    select * from {{ source('zendesk', 'ticket_comment') }}

),

renamed as (

    select

        ---------- ids
        {{ comment_id }} as comment_id,
        nullif(trim(cast(ticket_id as {{ dbt.type_string() }})), '')
            as ticket_id,
        nullif(trim(cast(user_id as {{ dbt.type_string() }})), '') as author_id,

        ---------- strings
        body,

        ---------- booleans
        -- what a plain cast cannot read it quotes, and dbt logs that
        {{ try_cast('public', 'boolean') }} as is_public,

        ---------- timestamps
        {{ utc_timestamp('created') }} as sent_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

judged as (

    select
        renamed.*,
        case
            when comment_id is null then 'missing_id'
            when ticket_id is null then 'missing_parent'
            when sent_at is null then 'unreadable_time'
            when sent_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from renamed

)

select * from judged
where {{ is_remembered('zendesk', {
    'ticket_id': 'ticket', 'author_id': 'person',
}) }}
