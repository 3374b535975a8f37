-- Patterns run over many messages at once, one on each line, in lower case. One
-- that matches nothing at all, or can cross the end of a line (a negated class,
-- \s, \n), would give a message the signals of its neighbours; look-arounds, \d
-- and \w differ from engine to engine.
{%- set forbidden = ['[^', '(?', '\\s', '\\n', '\\d', '\\w', '\\D', '\\W', '\\S'] %}

with

message_signals as (

    select * from {{ ref('message_signals') }}

),

unsafe_patterns as (

    select
        signal,
        pattern

    from message_signals

    where
        pattern <> lower(pattern)
        or {{ text_matches("''", 'pattern') }}
        {%- for construct in forbidden %}
        or {{ dbt.position(text_literal(construct), 'pattern') }} > 0
        {%- endfor %}

)

select * from unsafe_patterns
