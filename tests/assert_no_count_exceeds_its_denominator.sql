-- A share counts part of its denominator, never more, never less than nothing.

select
    metric_value_id,
    numerator,
    denominator

from {{ ref('metric_values') }}

where
    unit = 'rate'
    and (numerator > denominator or numerator < 0 or denominator <= 0)
