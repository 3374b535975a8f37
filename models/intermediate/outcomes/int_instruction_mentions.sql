{{ config(
    slice_by = 'message_id',
    changes_by = ['message_id']
) }}

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
        {{ small_letters(single_blanks('body')) }} as folded_body

    from messages

    where
        author_role = 'ai_agent'
        and is_public
        and body is not null

    {{ computed_once() }}

),

-- An agent often says the same, and a pattern in a column is compiled anew for
-- each text that it is held against.
distinct_bodies as (

    select distinct folded_body from ai_messages

),

mentions as (

    -- The case keeps the costly pattern from messages without the keyword.
    select
        distinct_bodies.folded_body,
        downstream_actions.action_id

    from distinct_bodies

    inner join downstream_actions
        on case
            when
                downstream_actions.keyword is null
                or {{ dbt.position(
                    'downstream_actions.keyword', 'distinct_bodies.folded_body'
                ) }} > 0
                then {{ text_matches(
                    'distinct_bodies.folded_body', 'downstream_actions.pattern'
                ) }}
            else false
        end

),

instruction_mentions as (

    select
        ai_messages.message_id,
        mentions.action_id

    from ai_messages

    inner join mentions
        on ai_messages.folded_body = mentions.folded_body

)

select * from instruction_mentions
