"""Tickets that are not customers' problems: spam, tests, outbound mail, ...

They come on top of the issues, only in a world with dirt. Apart from
outbound mail they belong to people who appear nowhere else, so nothing that
is excluded can be mistaken for a re-contact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .intents import INTENT_HABITS, INTENTS
from .phrases import agent_says, customer_says
from .plan import HOUR
from .records import Change, Conversation, Customer, Message, Thread
from .story import Teller
from .text import facts_of_issue, pick

if TYPE_CHECKING:
    from .world import Block

SHARES = {
    "spam": 0.012,
    "test": 0.008,
    "outbound": 0.012,
    "deleted": 0.006,
    "merged": 0.008,
}
COUNT_NAMES = {
    "spam": "spam_tickets",
    "test": "test_tickets",
    "outbound": "outbound_tickets",
    "deleted": "soft_deleted_tickets",
    "merged": "merged_tickets",
}


class Extras:
    """Writes one block's part of every kind."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.rng = block.rng

    def live(self) -> None:
        """Add all extra threads to the block."""
        block = self.block
        if block.dirt is None:
            return
        for kind, share in SHARES.items():
            for _ in range(block.plan.extras(block.number, share)):
                week = int(self.rng.random() * block.plan.weeks)
                self._add(kind, block.moment(week))
                block.counts[COUNT_NAMES[kind]] += 1

    def _add(self, kind: str, at: int) -> None:
        block, rng = self.block, self.rng
        intent = pick(rng, INTENTS)
        if kind == "outbound":
            self._write_to_customer(at)
            return
        keys = {"spam": "spammer", "test": "internal"}.get(kind, "plain")
        customer = block.new_customer(keys)
        facts = facts_of_issue(rng, customer.name, customer.email)
        thread = self._thread(kind, customer, at, intent)
        conversation = thread.conversations[0]
        has_agent = kind != "spam" or rng.random() < 0.4
        session = None
        if has_agent:
            session = block.new_session("ticket_id")
            session.ticket = thread.ticket
            thread.sessions.append(session)
        teller = Teller(
            rng, conversation, intent, INTENT_HABITS[intent], facts, session,
            0, at, block.dirt,
        )
        if kind in ("spam", "test"):
            pool = customer_says.SPAM if kind == "spam" else (
                customer_says.TESTS
            )
            text = pick(rng, pool).format_map(facts)
            conversation.opening_text = text
            teller.says("opening", text)
        else:
            teller.open(0, False)
        if kind == "merged":
            self._duplicate(thread, conversation, customer, intent)
        if has_agent:
            teller.answer()
            if rng.random() < 0.3:
                teller.thank()
            teller.finish()
            conversation.is_really_resolved = True
        self._close(thread, conversation)
        if kind == "deleted":
            ticket = thread.ticket
            ticket.deleted_at = conversation.solved_at + 600
            ticket.is_deleted_softly = rng.random() < 0.5

    def _thread(
        self, kind: str, customer: Customer, at: int, intent: str
    ) -> Thread:
        block = self.block
        channel = "chat" if kind == "test" and self.rng.random() < 0.5 else (
            "email"
        )
        ticket = block.new_ticket(at, channel, customer, "Request")
        if kind == "spam" and self.rng.random() < 0.6:
            ticket.tags.append(("spam", at))
        if kind == "test" and self.rng.random() < 0.6:
            ticket.tags.append(("test", at))
        thread = Thread(
            f"{block.number}-{len(block.threads)}", block.new_issue_id(),
            "" if kind in ("spam", "test") else intent, customer, ticket, [],
            exclusion=kind if kind != "merged" else None,
        )
        thread.conversations.append(Conversation(1, channel, "new_contact"))
        block.threads.append(thread)
        customer.threads.append(thread)
        customer.starts.append(at)
        customer.first_seen_at = min(customer.first_seen_at, at)
        return thread

    def _close(self, thread: Thread, conversation: Conversation) -> None:
        """Solve the ticket an hour after the last message, then close it."""
        changes = thread.ticket.changes
        last = max(message.at for message in conversation.messages)
        conversation.solved_at = last + HOUR
        created = thread.ticket.created_at
        changes.append(Change(created, "status", "open", "bot"))
        changes.append(Change(last + HOUR, "status", "solved", "bot"))
        changes.append(Change(last + 80 * HOUR, "status", "closed", "bot"))

    def _duplicate(self, thread, conversation, customer, intent) -> None:
        """Let the same mail arrive twice; the copy is merged at once."""
        first = conversation.messages[0]
        at = first.at + 5 + int(self.rng.random() * 10)
        copy = self._thread("merged", customer, at, intent)
        copy.issue_id = thread.issue_id
        copy.exclusion = "merged"
        message = Message(
            at, "customer", "opening", first.text, "mail",
            is_substantive=True, seen_at=at,
        )
        twin = copy.conversations[0]
        twin.messages.append(message)
        twin.opening_text = conversation.opening_text
        twin.solved_at = at + 300
        ticket = copy.ticket
        ticket.merged_at, ticket.merged_into = at + 300, thread.ticket
        ticket.tags.append(("closed_by_merge", at + 300))
        ticket.changes += [
            Change(at, "status", "open", "bot"),
            Change(at + 300, "status", "closed", "human:2"),
        ]

    def _write_to_customer(self, at: int) -> None:
        """Let a human agent write to a customer who asked nothing."""
        block, rng = self.block, self.rng
        known = [
            customer for customer in block.customers[:400]
            if customer.keys not in (
                "unlinkable", "spammer", "internal", "unknown_to_desk"
            )
        ]
        customer = pick(rng, known) if known else block.new_customer("plain")
        thread = self._thread("outbound", customer, at, "")
        conversation = thread.conversations[0]
        conversation.opened_by = "agent"
        author = 1 + int(rng.random() * 12)
        thread.intent = ""
        thread.ticket.opened_by_agent = author
        facts = facts_of_issue(rng, customer.name, customer.email)
        text = pick(rng, agent_says.OUTBOUND).format_map(facts)
        conversation.messages.append(Message(
            at, "human_agent", "outbound", text, "mail", author, seen_at=at
        ))
        if rng.random() < 0.15:
            later = at + 900
            conversation.messages.append(Message(
                later, "customer", "thanks", "Thank you!", "mail",
                seen_at=later,
            ))
        self._close(thread, conversation)
