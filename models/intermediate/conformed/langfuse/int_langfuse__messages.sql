{{ config(enabled = 'langfuse' in var('trace_sources')) }}

-- Grain: one message: the new turn of a trace's input, or its answer. The rest
-- of an input is history that earlier traces already gave.
{%- set customer_roles = ['user', 'human', 'customer', 'end_user'] %}
{%- set agent_roles = ['assistant', 'ai', 'model', 'agent', 'bot'] %}
{%- set deepest_nesting = 6 %}

with

turns as (

    select * from {{ ref('int_langfuse__turns') }}

),

payloads_0 as (

    select
        trace_id,
        logged_input as customer_payload,
        logged_output as agent_payload

    from turns

),

{#- {"messages": [{"content": [{"text": "Hi"}]}]}, encoded twice, has six. #}
{%- for layer in range(1, deepest_nesting + 1) %}
payloads_{{ layer }} as (

    select
        trace_id,
        {{ chat_layer(
            'customer_payload', customer_roles, var('langfuse_input_keys')
        ) }} as customer_payload,
        {{ chat_layer(
            'agent_payload', agent_roles, var('langfuse_output_keys')
        ) }} as agent_payload

    from payloads_{{ layer - 1 }}

),
{% endfor %}
opened_turns as (

    select
        turns.trace_id,
        turns.source_session_id,
        turns.customer_external_id,
        turns.agent_name,
        turns.session_position,
        turns.started_at,
        turns.ended_at,
        turns.loaded_at,
        payloads.customer_payload,
        payloads.agent_payload

    from turns

    inner join payloads_{{ deepest_nesting }} as payloads
        on turns.trace_id = payloads.trace_id

),

stacked as (

    select
        'langfuse:' || trace_id || ':input' as message_id,
        source_session_id,
        'customer' as author_role,
        customer_external_id as author_id,
        customer_payload as body,
        2 * session_position - 1 as source_position,
        started_at as sent_at,
        loaded_at

    from opened_turns

    where customer_payload is not null

    union all

    select
        'langfuse:' || trace_id || ':output' as message_id,
        source_session_id,
        'ai_agent' as author_role,
        agent_name as author_id,
        agent_payload as body,
        2 * session_position as source_position,
        ended_at as sent_at,
        loaded_at

    from opened_turns

    where agent_payload is not null

),

messages as (

    select
        message_id,
        'langfuse' as source_name,
        'langfuse:' || source_session_id as trace_session_id,
        cast(null as {{ dbt.type_string() }}) as ticket_id,
        author_role,
        author_id,
        true as is_public,
        -- Nothing in a trace marks an automatic reply.
        false as is_auto_reply,
        case when trim(body) <> '' then body end as body,
        source_position,
        sent_at,
        loaded_at

    from stacked

)

select * from messages
