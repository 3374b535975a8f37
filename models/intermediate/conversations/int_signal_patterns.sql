-- Grain: one author role, one signal, and those of its patterns that count letters
-- or those that do not, as one pattern: a text is read once for many. A pattern that
-- counts letters from the beginning of the line makes every other slow that is an
-- alternative to it.

with

message_signals as (

    select * from {{ ref('message_signals') }}

),

author_roles as (

    select
        'customer' as author_role,
        'customer' as pattern_role

    union all

    select
        'ai_agent' as author_role,
        'ai_agent' as pattern_role

    union all

    select
        'human_agent' as author_role,
        'human_agent' as pattern_role

    union all

    select
        'ai_agent' as author_role,
        'any_agent' as pattern_role

    union all

    select
        'human_agent' as author_role,
        'any_agent' as pattern_role

),

role_patterns as (

    select
        author_roles.author_role,
        message_signals.signal,
        message_signals.pattern,
        message_signals.signal || '=' || message_signals.pattern as rule,
        substr(message_signals.pattern, 1, 3) = '^.{' as is_counting

    from author_roles

    inner join message_signals
        on author_roles.pattern_role = message_signals.author_role

),

fingerprints as (

    select
        author_role,
        md5({{ dbt.listagg('rule', "'|'", 'order by rule') }})
            as pattern_fingerprint

    from role_patterns

    group by 1

),

combined_patterns as (

    select
        author_role,
        signal,
        is_counting,
        {{ dbt.listagg(
            "'(' || pattern || ')'", "'|'", "order by pattern"
        ) }} as pattern

    from role_patterns

    group by 1, 2, 3

),

signal_patterns as (

    select
        combined_patterns.author_role,
        combined_patterns.signal,
        combined_patterns.is_counting,
        combined_patterns.pattern,
        fingerprints.pattern_fingerprint

    from combined_patterns

    inner join fingerprints
        on combined_patterns.author_role = fingerprints.author_role

)

select * from signal_patterns
