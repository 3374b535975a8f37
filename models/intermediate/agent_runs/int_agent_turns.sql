{{ config(
    slice_by = 'run_id',
    changes_by = ['run_id']
) }}

-- Grain: one run with the customer's new words in its input and the agent's
-- answer in its output. The rest of an input is history that earlier runs
-- already gave. Null: nobody of that side spoke; '' or blank: something was
-- said whose words cannot be read.
{%- set customer_roles = [
    'user', 'human', 'customer', 'end_user', 'humanmessage', 'humanmessagechunk',
] %}
{%- set agent_roles = [
    'assistant', 'ai', 'model', 'agent', 'bot', 'aimessage', 'aimessagechunk',
] %}
{%- set deepest_nesting = 7 %}

with

agent_run_texts as (

    select * from {{ ref('int_agent_run_texts') }}

),

payloads_0 as (

    select
        source_name,
        run_id,
        logged_input as customer_text,
        logged_output as agent_text

    from agent_run_texts

),

{#- {"messages": [[{"kwargs": {"content": [{"text": "Hi"}]}}]]}, encoded twice,
    has seven. #}
{%- for layer in range(1, deepest_nesting + 1) %}
payloads_{{ layer }} as (

    select
        source_name,
        run_id,
        {{ chat_layer(
            'customer_text', customer_roles, var('logged_input_keys')
        ) }} as customer_text,
        {{ chat_layer(
            'agent_text', agent_roles, var('logged_output_keys')
        ) }} as agent_text

    from payloads_{{ layer - 1 }}

    {{ computed_once() }}

),
{% endfor %}
agent_turns as (

    select
        source_name,
        run_id,
        customer_text,
        agent_text

    from payloads_{{ deepest_nesting }}

)

select * from agent_turns
