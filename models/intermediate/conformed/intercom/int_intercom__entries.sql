{{ config(enabled = 'intercom' in var('ticket_sources')) }}

-- Grain: one thing said or done in a conversation: its first message, which
-- stands on the conversation alone, or a part. With who did it, as text.
-- A contact's type moves from lead to user between two messages and decides
-- nothing; a bot is the AI only if it says so or the seed ai_agents does.

with

conversations as (

    select * from {{ ref('int_intercom__current_conversations') }}

),

parts as (

    select * from {{ ref('int_intercom__parts') }}

),

staff as (

    select * from {{ ref('int_intercom__staff') }}

),

stacked as (

    select
        'source:' || conversation_id as entry_id,
        conversation_id,
        'source' as entry_type,
        source_author_id as author_id,
        source_author_type as author_type,
        source_author_email as author_email,
        is_from_ai_agent,
        cast(null as {{ dbt.type_string() }}) as assigned_to_id,
        cast(null as {{ dbt.type_string() }}) as assigned_to_type,
        body,
        cast(0 as bigint) as source_position,
        created_at,
        loaded_at

    from conversations

    union all

    select
        'part:' || part_id as entry_id,
        conversation_id,
        coalesce(part_type, 'unknown') as entry_type,
        author_id,
        author_type,
        author_email,
        is_from_ai_agent,
        assigned_to_id,
        assigned_to_type,
        body,
        {{ try_cast('part_id', 'bigint') }} as source_position,
        created_at,
        loaded_at

    from parts

),

entries as (

    select
        stacked.entry_id,
        stacked.conversation_id,
        stacked.entry_type,
        stacked.author_id,
        case
            when stacked.is_from_ai_agent then 'ai_agent'
            when staff.is_named then staff.author_role
            when stacked.author_type in ('user', 'lead', 'contact')
                then 'customer'
            when
                stacked.author_type = 'bot'
                or stacked.author_email like 'operator+%@intercom.io'
                then 'bot_automation'
            when staff.author_role is not null then staff.author_role
            when stacked.author_type in ('admin', 'team') then 'human_agent'
            else 'system'
        end as author_role,
        stacked.assigned_to_id,
        stacked.assigned_to_type,
        {{ html_text('stacked.body') }} as body,
        stacked.source_position,
        stacked.created_at,
        stacked.loaded_at

    from stacked

    left join staff
        on stacked.author_id = staff.staff_id

)

select * from entries
