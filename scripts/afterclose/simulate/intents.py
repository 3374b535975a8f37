"""How common each intent is and how well the agent handles it."""

from __future__ import annotations

from dataclasses import dataclass

from .phrases.head_intents import HEAD_INTENTS
from .phrases.tail_intents import TAIL_INTENTS


@dataclass(frozen=True)
class IntentHabits:
    """Shares and probabilities of one intent, all in 0..1.

    ``resolve`` is the agent's real skill when it keeps the conversation;
    ``thank_when_wrong`` is how often customers thank it for a wrong answer.
    """

    share: float
    handoff: float
    resolve: float
    item: str
    thank_when_wrong: float = 0.18
    procedure: float = 0.0
    actions: tuple[str, ...] = ()
    act: float = 0.65


INTENT_HABITS = {
    "password_reset": IntentHabits(
        0.119, 0.10, 0.95, "email", actions=("open_reset_link",)
    ),
    "billing_dispute": IntentHabits(
        0.115, 0.13, 0.30, "account", 0.45, actions=("wait_for_refund",),
        act=0.4,
    ),
    "refund_status": IntentHabits(
        0.106, 0.26, 0.72, "order", 0.35, actions=("wait_for_refund",)
    ),
    "delivery_delay": IntentHabits(
        0.099, 0.25, 0.72, "order",
        actions=("wait_for_delivery",)
    ),
    "card_update": IntentHabits(
        0.102, 0.15, 0.88, "account", actions=("update_card",)
    ),
    "login_two_factor": IntentHabits(
        0.099, 0.28, 0.76, "email", actions=("enable_two_factor",)
    ),
    "invoice_copy": IntentHabits(
        0.099, 0.09, 0.92, "order", actions=("download_invoice",)
    ),
    "cancel_subscription": IntentHabits(
        0.100, 0.0, 0.80, "account", procedure=1.0
    ),
    "bug_report": IntentHabits(0.0278, 0.40, 0.55, "error"),
    "address_change": IntentHabits(
        0.0244, 0.15, 0.85, "order", actions=("update_address",)
    ),
    "plan_upgrade": IntentHabits(0.0218, 0.25, 0.75, "account"),
    "damaged_item": IntentHabits(0.0200, 0.35, 0.65, "order"),
    "discount_code": IntentHabits(0.0165, 0.15, 0.75, "order"),
    "data_export": IntentHabits(0.0130, 0.20, 0.70, "account"),
    "team_members": IntentHabits(0.0113, 0.18, 0.78, "email"),
    "warranty_claim": IntentHabits(0.0087, 0.35, 0.60, "order"),
    "account_deletion": IntentHabits(0.0070, 0.20, 0.80, "email"),
    "api_limits": IntentHabits(0.0052, 0.40, 0.55, "error"),
    "gift_card": IntentHabits(0.0043, 0.20, 0.75, "order"),
    "product_advice": IntentHabits(0.0035, 0.12, 0.80, "order"),
}
PHRASES = {**HEAD_INTENTS, **TAIL_INTENTS}
INTENTS = list(INTENT_HABITS)


def conversations_per_issue(intent: str) -> float:
    """Return about how many conversations one issue of the intent takes."""
    habits = INTENT_HABITS[intent]
    handed = habits.handoff + habits.procedure
    failed = (1 - handed) * (1 - habits.resolve) + handed * 0.22
    return 1 + 0.76 * failed + 0.5 * failed * failed + 0.02
