"""What developers log beside a run, where a trace store has only metadata."""

from __future__ import annotations

from random import Random

from .runs import AGENT, SessionLog

SESSION_KEYS = ("session_id", "session_id", "thread_id", "conversation_id")


def session_metadata(rng: Random, log: SessionLog) -> dict[str, object]:
    """Return the metadata of one session's runs: who, which, where.

    Dice choose the form only: under which key the conversation stands, how
    the e-mail address is spelled, whether the ticket is a number.
    """
    key = SESSION_KEYS[int(rng.random() * len(SESSION_KEYS))]
    is_text, is_other_case = rng.random() < 0.5, rng.random() < 0.3
    is_short = rng.random() < 0.3
    metadata: dict[str, object] = {
        key: log.session_id,
        "channel": log.channel,
        "agent_name": AGENT,
        "env" if is_short else "environment": (
            "test" if log.is_test else "production"
        ),
    }
    if log.device:
        metadata["user_id"] = f"$device:{log.device}"
    elif log.customer_id:
        metadata["user_id"] = log.customer_id
    if log.ticket_number:
        metadata["ticket_id"] = (
            str(log.ticket_number) if is_text else log.ticket_number
        )
    if log.email:
        metadata["customer_email"] = (
            log.email.title() if is_other_case else log.email
        )
    return metadata


def as_uuid(key: str) -> str:
    """Return 32 hexadecimal digits as a UUID."""
    return "-".join((key[:8], key[8:12], key[12:16], key[16:20], key[20:]))
