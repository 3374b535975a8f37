-- No conversation is both a missed escalation and an escalation.

select missed_escalations.conversation_id

from {{ ref('int_missed_escalations') }} as missed_escalations

inner join {{ ref('escalations') }} as escalations
    on missed_escalations.conversation_id = escalations.conversation_id

where missed_escalations.is_missed
