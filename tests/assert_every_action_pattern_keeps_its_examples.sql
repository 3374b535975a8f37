-- Each action's pattern and keyword find its own example, and the pattern leaves
-- the similar sentence alone.

select
    action_id,
    pattern

from {{ ref('downstream_actions') }}

where
    not {{ text_matches('lower(matches)', 'pattern') }}
    or {{ text_matches('lower(must_not_match)', 'pattern') }}
    or {{ dbt.position('keyword', 'lower(matches)') }} = 0
