-- Each row of the seed is held against its own two examples: its pattern must
-- find the one, and no pattern of the same signal may find the other.

with

message_signals as (

    select * from {{ ref('message_signals') }}

),

missed_examples as (

    select
        signal,
        pattern,
        matches as example,
        'does not match its example' as problem

    from message_signals

    where not {{ text_matches('lower(matches)', 'pattern') }}

),

wrong_matches as (

    select
        examples.signal,
        patterns.pattern,
        examples.must_not_match as example,
        'matches what it must not' as problem

    from message_signals as examples

    inner join message_signals as patterns
        on
            examples.signal = patterns.signal
            and examples.author_role = patterns.author_role

    where
        {{ text_matches(
            'lower(examples.must_not_match)', 'patterns.pattern'
        ) }}

),

broken_promises as (

    select * from missed_examples
    union all
    select * from wrong_matches

)

select * from broken_promises
