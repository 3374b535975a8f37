{{ config(
    enabled = 'zendesk' in var('ticket_sources')
        and var('zendesk_layout') == 'airbyte'
) }}

-- Grain: one event of a chat, one row per load of the audit that holds the chat's
-- history. Zendesk fills the history in when the chat has ended: an audit that
-- was loaded earlier holds the beginning only, and the newest load the rest.

with

ticket_chats as (

    select * from {{ ref('stg_zendesk__ticket_chats_airbyte') }}

),

exploded as (

    select
        chat_id,
        {{ each_numbered_json_element('history_json') }} as numbered_event,
        loaded_at

    from ticket_chats

),

opened as (

    select
        chat_id,
        {{ json_text('numbered_event', [0]) }} as event_number,
        {{ json_text('numbered_event', [1]) }} as event_json,
        {{ json_text('numbered_event', [1, 'original_message']) }}
            as original_message,
        trim({{ json_text('numbered_event', [1, 'actor_id']) }}) as raw_actor_id,
        loaded_at

    from exploded

),

renamed as (

    select

        ---------- ids
        chat_id,
        -- the place in the history is not the same in every load of it
        coalesce(
            {{ json_text('event_json', 'chat_index') }},
            {{ json_text('event_json', 'message_id') }},
            event_number
        ) as event_key,
        -- comes bare or as "agent:<id>", on messages of bots as well
        nullif(replace(raw_actor_id, 'agent:', ''), '') as actor_id,

        ---------- strings
        nullif(trim({{ json_text('event_json', 'type') }}), '') as event_type,
        -- 'zd:answerBot' is the only sign of Zendesk's own bot
        {{ json_text('original_message', ['source', 'type']) }}
            as message_source,
        lower({{ json_text('original_message', ['author', 'type']) }})
            as message_author_type,
        case
            when trim({{ json_text('event_json', 'message') }}) <> ''
                then {{ json_text('event_json', 'message') }}
            else {{ json_text(
                'original_message', ['content', 'text', 'text']
            ) }}
        end as body,

        ---------- numerics
        coalesce(
            {{ try_cast(json_text('event_json', 'chat_index'), 'bigint') }},
            {{ try_cast('event_number', 'bigint') }}
        ) as chat_index,

        ---------- booleans
        coalesce(raw_actor_id, '') like 'agent:%'
        or coalesce({{ json_text('event_json', 'actor_type') }}, '') = 'agent'
            as is_marked_as_agent,

        ---------- timestamps
        {{ epoch_timestamp(json_text('event_json', 'timestamp')) }}
            as occurred_at,
        loaded_at

    from opened

    {{ computed_once() }}

),

keyed as (

    select
        chat_id
        || ':' || event_key
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
            when occurred_at is null then 'unreadable_time'
            when occurred_at > {{ dbt.dateadd('hour', 1, 'loaded_at') }}
                then 'time_after_load'
        end as quarantine_reason

    from keyed

)

select * from judged
where {{ is_remembered('zendesk', {'chat_id': 'chat', 'actor_id': 'person'}) }}
