{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one tag of a ticket's newest version. The loader appends versions: a
-- tag that was taken off is still in the older ones.

with

tickets as (

    select * from {{ ref('stg_zendesk__tickets_airbyte') }}

    where quarantine_reason is null

),

numbered as (

    select
        tickets.*,
        row_number() over (
            partition by ticket_id
            order by
                coalesce(updated_at, created_at) desc,
                coalesce(loaded_at, created_at) desc,
                -- only so that the same rows always give the same answer
                {{ row_fingerprint(['tag_list']) }} desc
        ) as version_number

    from tickets

),

listed_tags as (

    select
        ticket_id,
        {{ each_numbered_json_element('tag_list') }} as numbered_tag,
        loaded_at

    from numbered

    where version_number = 1

),

tags as (

    select
        ticket_id,
        {{ small_letters('nullif(trim(' ~ json_text('numbered_tag', [1]) ~ "), '')") }}
            as tag,
        loaded_at

    from listed_tags

),

judged as (

    select
        ticket_id || ':' || tag as ticket_tag_id,
        ticket_id,
        tag,
        loaded_at,
        cast(null as {{ dbt.type_string() }}) as quarantine_reason

    from tags

    where tag is not null

)

select * from judged
where {{ is_remembered('zendesk', {'ticket_id': 'ticket'}) }}
