{% set chat_id = configured_field('chat_id') -%}
{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'fivetran',
    raw_keys = {'chat_id': chat_id}
) }}
{%- set columns = {
    'chat_id': 'string',
    'chat_index': 'bigint',
    'type': 'string',
    'actor_id': 'string',
    'message': 'string',
    'original_message': 'string',
    'created_at': 'timestamp',
    '_fivetran_synced': 'timestamp',
} %}

-- Grain: one row of the raw table; a chat event has one row per load. An event
-- has no id of its own: chat, index and time make it one.

with

source as (

    select * from {{ optional_source('zendesk', 'ticket_chat_event', columns) }}

),

renamed as (

    select

        ---------- ids
        {{ chat_id }} as chat_id,
        -- comes bare or as "agent:<id>", on messages of bots as well
        nullif(
            replace(trim(cast(actor_id as {{ dbt.type_string() }})), 'agent:', ''),
            ''
        ) as actor_id,

        ---------- strings
        nullif(trim(type), '') as event_type,
        -- 'zd:answerBot' is the only sign of Zendesk's own bot
        {{ json_text('original_message', ['source', 'type']) }}
            as message_source,
        lower({{ json_text('original_message', ['author', 'type']) }})
            as message_author_type,
        case
            when {{ is_not_blank('message') }} then message
            else {{ json_text(
                'original_message', ['content', 'text', 'text']
            ) }}
        end as body,

        ---------- numerics
        {{ try_cast("chat_index", "bigint") }} as chat_index,

        ---------- booleans
        coalesce(trim(cast(actor_id as {{ dbt.type_string() }})), '')
            like 'agent:%' as is_marked_as_agent,

        ---------- timestamps
        {{ utc_timestamp('created_at') }} as occurred_at,
        {{ utc_timestamp('_fivetran_synced') }} as loaded_at

    from source

    {{ computed_once() }}

),

keyed as (

    select
        chat_id
        || ':' || coalesce(cast(chat_index as {{ dbt.type_string() }}), '')
        || ':' || cast(
            cast(
                round(1000 * {{ seconds_between(
                    "cast('1970-01-01 00:00:00' as timestamp)", 'occurred_at'
                ) }}) as bigint
            ) as {{ dbt.type_string() }}
        ) as chat_event_id,
        renamed.*

    from renamed

),

judged as (

    select
        keyed.*,
        case
            when chat_id is null then 'missing_parent'
            when occurred_at is null then 'unreadable_time'
            when occurred_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from keyed

)

select * from judged
where {{ is_remembered('zendesk', {'chat_id': 'chat', 'actor_id': 'person'}) }}
