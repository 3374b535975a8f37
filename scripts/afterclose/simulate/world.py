"""Makes the batches of a world: customers, their issues, their threads.

Each block is seeded by itself, so blocks can be made in any order. A batch
is told to its end without regard to the cut; whoever writes it leaves out
what had not happened by ``Plan.horizon``.
"""

from __future__ import annotations

from collections import Counter, deque
from random import Random

from .extras import Extras
from .intents import INTENT_HABITS
from .issues import Chain
from .people import make_customer
from .plan import HOUR, WEEK, Plan
from .product import live_in_product
from .records import Batch, Customer, Session, Thread, Ticket
from .runs import session_logs

DAY = 24 * HOUR
# How much of a day's contact falls into each of its hours.
HOUR_WEIGHTS = [1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10, 9, 8, 9, 9, 8, 7, 6, 6, 6,
                5, 4, 3, 2]
WEEKDAY_WEIGHTS = [18, 17, 16, 15, 14, 11, 9]
SECOND_ISSUE_RATE = 0.15
UNLINKABLE_RATE = 0.035
TICKETS_PER_BLOCK = 100_000
CUSTOMERS_PER_BLOCK = 10_000


def _spread(weights: list[int]) -> list[int]:
    return [
        place for place, weight in enumerate(weights) for _ in range(weight)
    ]


HOURS, WEEKDAYS = _spread(HOUR_WEIGHTS), _spread(WEEKDAY_WEIGHTS)


class Block:
    """The maker of one batch; hands out numbers and keeps the dirt count."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.plan = plan
        self.number = number
        self.rng = Random(f"{plan.seed}/{number}/world")
        self.counts: Counter = Counter()
        self.dirt = self.counts if plan.dirt else None
        self.customers: list[Customer] = []
        self.threads: list[Thread] = []
        self.issue_count = 0
        self.ticket_count = 0

    def batch(self) -> Batch:
        """Return everything that happens to this block's customers."""
        plan, rng = self.plan, self.rng
        issues = sorted(
            (self.moment(week), place, intent)
            for place, (week, intent) in enumerate(plan.issues(self.number))
        )
        recent: deque[Customer] = deque(maxlen=60)
        for start, _, intent in issues:
            customer = self._someone(recent, intent, start)
            Chain(self, customer, intent, start).live()
            if customer.keys != "unlinkable":
                recent.append(customer)
        Extras(self).live()
        for customer in self.customers:
            live_in_product(rng, customer, plan)
        logs = {
            thread.key: session_logs(plan, thread)
            for thread in self.threads if thread.sessions
        }
        return Batch(
            self.number, self.customers, self.threads, logs, plan, self.counts
        )

    def moment(self, week: int) -> int:
        """Return a moment of the week when people write to support."""
        rng = self.rng
        at = self.plan.start + week * WEEK
        at += WEEKDAYS[int(rng.random() * len(WEEKDAYS))] * DAY
        at += HOURS[int(rng.random() * len(HOURS))] * HOUR
        at += int(rng.random() * HOUR)
        return max(at, self.plan.start + 2 * HOUR)

    def new_customer(self, keys: str | None = None) -> Customer:
        """Return a customer nobody has seen before."""
        number = self.number * CUSTOMERS_PER_BLOCK + len(self.customers) + 1
        customer = make_customer(self.rng, number, self.plan.dirt, keys)
        if customer.keys == "unknown_to_desk":
            self.counts["customers_without_a_user_row"] += 1
        self.customers.append(customer)
        return customer

    def new_issue_id(self) -> str:
        """Return the id of the customer's real problem."""
        self.issue_count += 1
        return f"issue-{self.number}-{self.issue_count}"

    def new_ticket(
        self, at: int, channel: str, customer: Customer, subject: str
    ) -> Ticket:
        """Return a new ticket with its number and its first status."""
        self.ticket_count += 1
        number = (self.number + 1) * TICKETS_PER_BLOCK + self.ticket_count
        ticket = Ticket(number, at, channel, customer, subject)
        if channel == "chat":
            ticket.chat_id = f"4323.{self.rng.getrandbits(52):013x}"
        return ticket

    def new_session(self, carried_by: str) -> Session:
        """Return a new trace session."""
        return Session(f"ses_{self.rng.getrandbits(64):016x}", carried_by)

    def _someone(
        self, recent: deque, intent: str, start: int
    ) -> Customer:
        """Return a recent customer with another issue, or a new one."""
        rng = self.rng
        if recent and rng.random() < SECOND_ISSUE_RATE:
            customer = recent[int(rng.random() * len(recent))]
            is_free = all(
                abs(start - other) > HOUR for other in customer.starts
            )
            if intent not in customer.intents and is_free:
                return customer
        if self.plan.dirt and rng.random() < UNLINKABLE_RATE:
            habits = INTENT_HABITS[intent]
            if habits.procedure == 0:
                self.counts["customers_without_any_key"] += 1
                return self.new_customer("unlinkable")
        return self.new_customer()
