-- A merge needs a target that is in use and not merged or hidden itself, else
-- its conversations land where nobody sees them. A rename needs a label. An
-- override of an intent that has retired does nothing and may stay.

with

overrides as (

    select * from {{ ref('intent_overrides') }}

),

targets as (

    select intent_id
    from {{ ref('int_intents') }}
    where
        retired_at_fit is null
        and intent_id <> 'unclassified'

)

select overrides.*
from overrides

left join targets
    on overrides.target_intent_id = targets.intent_id

left join overrides as target_overrides
    on
        overrides.target_intent_id = target_overrides.intent_id
        and target_overrides.action in ('merge', 'hide')

where
    (overrides.action = 'rename' and overrides.label is null)
    or (overrides.action = 'merge' and targets.intent_id is null)
    or (overrides.action = 'merge' and target_overrides.intent_id is not null)
