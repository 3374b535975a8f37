"""What customers do in the product, before and after they were advised."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .intents import INTENT_HABITS
from .plan import HOUR, Plan
from .records import NEVER, Conversation, Customer, ProductEvent
from .text import pick

DAY = 24 * HOUR
SESSION_GRACE = 30 * 60
PAGES = ["/home", "/orders", "/settings/profile", "/settings/billing", "/help",
         "/dashboard", "/pricing", "/account", "/settings/security",
         "/projects"]


@dataclass(frozen=True)
class Action:
    """How a product event shows that an instruction was followed."""

    event: str
    page: str | None
    window: str
    is_adverse: bool = False


ACTIONS = {
    "update_card": Action("Page Viewed", "/settings/billing/card", "session"),
    "open_reset_link": Action("Password Reset Completed", None, "24h"),
    "download_invoice": Action("Invoice Downloaded", None, "session"),
    "enable_two_factor": Action(
        "Page Viewed", "/settings/security/two-factor", "24h"
    ),
    "wait_for_refund": Action("Dispute Filed", None, "24h", True),
    "update_address": Action("Address Updated", None, "24h"),
    "wait_for_delivery": Action("Order Cancelled", None, "24h", True),
}


def last_message_before_close(conversation: Conversation) -> int:
    """Return when the last message before the close was sent."""
    return max(
        message.at for message in conversation.messages
        if message.at <= conversation.solved_at
    )


def live_in_product(rng: Random, customer: Customer, plan: Plan) -> None:
    """Fill ``customer.events``, in order of time."""
    if customer.keys in ("unlinkable", "spammer", "internal"):
        return
    events = customer.events
    needs_identity = customer.keys in (
        "email_only_desk", "email_only_traces", "two_desk_users",
        "anonymous_traces",
    )
    if needs_identity or rng.random() < 0.85:
        early = customer.first_seen_at - 300 - int(rng.random() * HOUR)
        customer.identified_at = max(plan.start + 60, early)
    unsafe: list[tuple[int, int]] = []
    for thread in customer.threads:
        if thread.exclusion:
            continue
        at = thread.conversations[0].messages[0].at
        for _ in range(1 + int(rng.random() * 4)):
            when = at - 3 * HOUR + int(rng.random() * 9 * HOUR)
            is_anonymous = when < customer.identified_at < NEVER
            events.append(ProductEvent(
                when, "Page Viewed", pick(rng, PAGES), is_anonymous
            ))
        for conversation in thread.conversations:
            unsafe += _react(rng, events, thread.intent, conversation)
    if unsafe:
        events[:] = [
            event for event in events
            if not any(low < event.at <= high for low, high in unsafe)
        ]
    can_be_anonymous = customer.identified_at < NEVER
    for event in events:
        if can_be_anonymous and rng.random() < 0.08:
            event.is_anonymous = True
    events[:] = sorted(
        (event for event in events if event.at > plan.start),
        key=lambda event: (event.at, event.name, event.page or ""),
    )


def _react(
    rng: Random, events: list, intent: str, conversation: Conversation
) -> list[tuple[int, int]]:
    """Add what the customer did about the advice; return unclear spans.

    An unclear span lies after the session window of the talk but inside that
    of a late "thank you": nothing happens in it, so that the window means
    the same whether such a message extends it or not.
    """
    habits = INTENT_HABITS.get(intent)
    if habits is None or not habits.actions:
        return []
    last = last_message_before_close(conversation)
    very_last = max(message.at for message in conversation.messages)
    if not conversation.instructions:
        if rng.random() < 0.06:
            _add(events, pick(rng, habits.actions), last + 60 * 5)
        return []
    for instruction in conversation.instructions:
        _follow(rng, events, instruction, conversation, last)
    if very_last == last:
        return []
    return [(last + SESSION_GRACE - 300, very_last + SESSION_GRACE + 300)]


def _follow(rng, events, instruction, conversation, last) -> None:
    action = ACTIONS[instruction.action]
    resolved = conversation.is_really_resolved
    luck = rng.random()
    if action.is_adverse:
        rate = 0.03 if resolved else 0.24
        if luck < rate:
            at = instruction.at + 600 + int(rng.random() * 23 * HOUR)
            _add(events, instruction.action, at)
        elif luck < rate + 0.04:
            at = instruction.at + 25 * HOUR + int(rng.random() * 30 * HOUR)
            _add(events, instruction.action, at)
        return
    if rng.random() < 0.06:
        before = 300 + int(rng.random() * 23 * HOUR)
        _add(events, instruction.action, instruction.at - before)
        return
    window = DAY
    if action.window == "session":
        window = last + SESSION_GRACE - instruction.at
    if luck < (0.62 if resolved else 0.22):
        share = 0.03 + 0.9 * rng.random() ** 2
        at = instruction.at + 60 + int(share * (window - 120))
        _add(events, instruction.action, at)
    elif luck < 0.70:
        at = instruction.at + window + 300 + int(rng.random() * 20 * HOUR)
        _add(events, instruction.action, at)


def _add(events: list, name: str, at: int) -> None:
    action = ACTIONS[name]
    events.append(ProductEvent(at, action.event, action.page))
