{#- Opens one layer of a logged chat payload, as an expression:
      a JSON string          what is in it (payloads get encoded twice)
      an array of messages   the last message of the given roles
      an array of parts      their texts
      an array of choices    the message of the first one
      an array of arrays     the first one (one list of messages per prompt)
      an object              the value of the first key it has
      anything else          itself, so text stays text
    Null: nobody with such a role spoke (only tool calls, only system prompts).
    '': something was said in a shape whose text the keys do not reach.
    Calling it once per layer reaches the text of every common shape.
      roles  the roles whose words count, in lower case
      keys   keys (or paths, as lists) under which text or messages lie -#}
{% macro chat_layer(expression, roles, keys) -%}
    case {{ json_kind(expression) }}
        when 'string' then {{ json_text(expression, [], is_json=true) }}
        when 'array' then coalesce(
            {{ json_last_message(expression, roles) }},
            {{ json_part_texts(expression) }},
            {{ json_text(expression, [0, 'message'], is_json=true) }},
            {%- set first = json_text(expression, [0], is_json=true) %}
            case when {{ json_kind(first) }} = 'array' then {{ first }} end
        )
        when 'object' then case
            when {{ json_text(expression, 'role', is_json=true) }} is null
                then coalesce({{ first_json_text(expression, keys) }}, '')
            when lower({{ json_text(expression, 'role', is_json=true) }})
                in ('{{ roles | join("', '") }}')
                then {{ first_json_text(
                    expression, ['content', 'parts', 'text']
                ) }}
        end
        else {{ expression }}
    end
{%- endmacro %}


{#- Logged arguments of a function that was called by name only, {"args": [],
    "kwargs": {...}}, reduced to what is in them; anything else as it is. Chat
    layers take the first key an object has, and an empty list has no text. -#}
{% macro call_arguments(expression) -%}
    case
        when {{ json_kind(expression) }} = 'object'
            and {{ json_text(expression, 'args') }} = '[]'
            then {{ json_text(expression, 'kwargs') }}
        else {{ expression }}
    end
{%- endmacro %}
