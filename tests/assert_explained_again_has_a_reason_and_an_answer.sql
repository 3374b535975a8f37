-- Re-explained is known exactly where a human answered, follows from its two
-- signs, and names the message that shows it.

select *

from {{ ref('escalations') }}

where
    has_human_reply <> (is_reexplained is not null)
    or is_reexplained <> (is_human_asked_again or is_customer_repeated)
    or is_reexplained <> (evidence_message_id is not null)
    or (has_human_reply and is_abandoned_in_queue)
    or time_to_first_human_reply_seconds < 0
