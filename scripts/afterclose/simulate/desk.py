"""Who is who at the help desk, whichever help desk it is."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .phrases import agent_says
from .plan import HOUR, Plan
from .records import Batch, Customer, Thread

DAY = 24 * HOUR
AI_AGENT_ID = 9000001
BOT_ID = 9000002
HUMAN_BASE = 8000000
REQUESTER_BASE = 400_000_000_000
SECOND_REQUESTER_BASE = 500_000_000_000
AI_AGENT_NAME = "Ava (AI agent)"
BOT_NAME = "Lumenly Automations"


@dataclass(frozen=True, slots=True)
class DeskUser:
    """One customer account of the help desk.

    ``email`` or ``external_id`` is None where the desk does not know it.
    """

    user_id: int
    customer: Customer
    channel: str
    created_at: int
    email: str | None
    external_id: str | None
    is_suspended: bool


def requester_of(customer: Customer, channel: str, has_events: bool) -> int:
    """Return the desk's user id; some people are two users there."""
    if customer.keys == "two_desk_users" and has_events and channel == "email":
        return SECOND_REQUESTER_BASE + customer.number
    return REQUESTER_BASE + customer.number


def staff() -> list[tuple[int, str, str]]:
    """Return (account id, name, e-mail) of bots and human agents."""
    return [
        (AI_AGENT_ID, AI_AGENT_NAME, "ava@lumenly.example"),
        (BOT_ID, BOT_NAME, "automations@lumenly.example"),
    ] + [
        (HUMAN_BASE + place, name, f"{name.lower()}@lumenly.example")
        for place, name in enumerate(agent_says.AGENT_NAMES, 1)
    ]


def ticket_threads(batch: Batch) -> list[Thread]:
    """Return the threads whose ticket exists at the plan's horizon."""
    return [
        thread for thread in batch.threads
        if thread.ticket and thread.ticket.created_at <= batch.plan.horizon
    ]


def desk_users(batch: Batch) -> list[DeskUser]:
    """Return the accounts of all who ever wrote, in order of their tickets.

    A customer who is unknown to the desk has tickets and no account.
    """
    plan = batch.plan
    first: dict[int, Thread] = {}
    for thread in ticket_threads(batch):
        user_id = requester_of(
            thread.customer, thread.ticket.channel, plan.has_events
        )
        known = first.get(user_id)
        if known is None or (
            thread.ticket.created_at < known.ticket.created_at
        ):
            first[user_id] = thread
    return [
        _desk_user(plan, user_id, thread) for user_id, thread in first.items()
        if thread.customer.keys != "unknown_to_desk"
    ]


def _desk_user(plan: Plan, user_id: int, thread: Thread) -> DeskUser:
    customer, channel = thread.customer, thread.ticket.channel
    age = Random(f"{plan.seed}/{user_id}/desk").random()
    email: str | None = customer.email
    external_id: str | None = customer.customer_id
    if customer.keys in ("email_only_desk", "spammer", "internal"):
        external_id = None
    if customer.keys == "two_desk_users" and plan.has_events:
        if channel == "email":
            external_id = None
        else:
            email = None
    return DeskUser(
        user_id, customer, channel, thread.ticket.created_at - 60 - int(age * DAY),
        email, external_id, customer.keys == "spammer",
    )
