-- Followed and contradicted are known exactly where an instruction counts, and
-- never both true.

select *

from {{ ref('instructions') }}

where
    is_counted <> (is_followed is not null)
    or is_counted <> (is_contradicted is not null)
    or (is_followed and is_contradicted)
    or is_counted <> (
        is_linkable
        and is_event_source_live
        and is_mature
        and not is_already_done
    )
