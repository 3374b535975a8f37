-- Grain: one public AI message and a downstream action whose instruction its
-- text gives. Depends on that message and the seed only.

with

messages as (

    select * from {{ ref('int_messages') }}

),

downstream_actions as (

    select * from {{ ref('downstream_actions') }}

),

ai_messages as (

    -- A line break inside "Settings > Billing" must not hide it.
    select
        message_id,
        {{ text_replace(small_letters('body'), '\\s+', ' ') }} as folded_body

    from messages

    where
        author_role = 'ai_agent'
        and is_public
        and body is not null

    {{ computed_once() }}

),

instruction_mentions as (

    -- The case keeps the costly pattern from messages without the keyword.
    select
        ai_messages.message_id,
        downstream_actions.action_id

    from ai_messages

    inner join downstream_actions
        on case
            when
                downstream_actions.keyword is null
                or {{ dbt.position(
                    'downstream_actions.keyword', 'ai_messages.folded_body'
                ) }} > 0
                then {{ text_matches(
                    'ai_messages.folded_body', 'downstream_actions.pattern'
                ) }}
            else false
        end

)

select * from instruction_mentions
