-- A session in two tickets would count one contact twice.

select
    trace_session_id,
    count(*) as row_count,
    count(distinct ticket_id) as ticket_count
from {{ ref('int_sessions_linked_to_tickets') }}
group by 1
having count(*) > 1
