"""How far the raw tables of a world reach, whichever tools write them."""

from __future__ import annotations

from collections.abc import Iterator

from .desk import ticket_threads
from .records import Batch, Thread


def newest_times(batch: Batch) -> dict[str, int]:
    """Return the newest time up to the horizon per kind of tool.

    The kinds are traces, tickets and events; one of which nothing happened
    is left out. The times are those that the models take for the edge of
    the data: an automation that turns solved into closed is no event.
    """
    times = {
        "traces": _run_times(batch), "tickets": _ticket_times(batch),
        "events": _event_times(batch),
    }
    newest = {
        kind: max(
            (at for at in found if at <= batch.plan.horizon), default=None
        )
        for kind, found in times.items()
    }
    return {kind: at for kind, at in newest.items() if at is not None}


def _run_times(batch: Batch) -> Iterator[int]:
    for logs in batch.logs.values():
        for log in logs:
            for run in log.runs:
                yield run.ended_at


def _ticket_times(batch: Batch) -> Iterator[int]:
    for thread in ticket_threads(batch):
        yield thread.ticket.created_at
        yield from _message_times(thread, batch.plan.horizon)
        for change in thread.ticket.changes:
            if change.name != "rating" and change.value != "closed":
                yield change.at


def _message_times(thread: Thread, horizon: int) -> Iterator[int]:
    for conversation in thread.conversations:
        for message in conversation.messages:
            if message.seen_at <= horizon:
                yield message.at


def _event_times(batch: Batch) -> Iterator[int]:
    for customer in batch.customers:
        if customer.events:
            yield customer.identified_at
        for event in customer.events:
            yield event.at
