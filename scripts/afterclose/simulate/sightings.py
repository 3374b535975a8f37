"""What an event tool gets to see: every event, and the dirt it arrives in.

The events are the world's; how late, how often and how broken they arrive is
the tool's own luck.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from .plan import HOUR
from .records import NEVER, Batch, Customer
from .renderers import Renderer, Rows

DAY = 24 * HOUR
IDENTIFY = "$identify"
SITE = "https://app.lumenly.example"


@dataclass(slots=True)
class Sighting:
    """One event as it reaches the tool.

    ``name`` is IDENTIFY where the browser and the user become one. ``key``
    is an id nobody else has; ``form`` (0 to 1) chooses the event's shape.
    """

    customer: Customer
    number: int
    name: str
    page: str | None
    is_anonymous: bool
    at: int | None
    loaded_at: int
    key: str
    form: float

    @property
    def user_id(self) -> str | None:
        """Return the user the tool is told of, None before the login."""
        return None if self.is_anonymous else self.customer.customer_id

    @property
    def is_known_by_address(self) -> bool:
        """Tell whether the tool knows the customer's e-mail address."""
        return (
            not self.is_anonymous and self.at is not None
            and self.at >= self.customer.identified_at
        )


class EventRenderer(Renderer):
    """A tool that keeps product events; a subclass writes one event."""

    kind = "events"

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        rows: Rows = {table: [] for table in self.tables}
        for customer in batch.customers:
            if customer.events:
                rng = self.luck(customer.customer_id)
                for seen in _sightings(customer):
                    self._arrive(rows, rng, *seen)
        return rows

    @abstractmethod
    def write(self, rows: Rows, seen: Sighting, is_copy: bool = False) -> None:
        """Add the rows of one event; a copy came later under the same id."""

    @abstractmethod
    def place_of(self, seen: Sighting) -> tuple[str, str]:
        """Return the raw table of an event, and its id there."""

    def _arrive(
        self, rows: Rows, rng: Random, customer: Customer, number: int,
        at: int, name: str, page: str | None, is_anonymous: bool,
    ) -> None:
        form, dirt, delay, bits = (
            rng.random(), rng.random(), rng.random(), rng.getrandbits(80)
        )
        if at > self.plan.horizon:
            return
        loaded_at = at + 900 + int(delay * 5 * HOUR)
        if self.plan.dirt and dirt < 0.005:
            self.counts["late_rows"] += 1
            loaded_at = at + DAY + int(delay * 5 * DAY)
        seen = Sighting(
            customer, number, name, page, is_anonymous, at, loaded_at,
            f"{bits:020x}", form,
        )
        if self.plan.dirt:
            self._soil(rows, seen, dirt)
        self.write(rows, seen)

    def _soil(self, rows: Rows, seen: Sighting, dirt: float) -> None:
        """Write an event a second time, or one that cannot be used."""
        if 0.005 <= dirt < 0.02:
            self.counts["duplicated_rows"] += 1
            later = replace(seen, loaded_at=seen.loaded_at + DAY)
            self.write(rows, later, True)
        elif 0.02 <= dirt < 0.021:
            self._unusable(rows, seen, None, "unreadable_time")
        elif 0.021 <= dirt < 0.022:
            future = seen.loaded_at + 12 * DAY
            self._unusable(rows, seen, future, "time_after_load")

    def _unusable(self, rows: Rows, seen: Sighting, at, reason: str) -> None:
        broken = replace(seen, at=at, key="f" * 4 + seen.key[4:])
        self.write(rows, broken)
        table, key = self.place_of(broken)
        self.unusable.append((f"{self.schema_name}.{table}", key, reason))


def _sightings(customer: Customer) -> Iterator[tuple]:
    if customer.identified_at < NEVER:
        # The identity is written first in the file, not in time.
        yield customer, 0, customer.identified_at, IDENTIFY, None, False
    for number, event in enumerate(customer.events, 1):
        yield (
            customer, number, event.at, event.name, event.page,
            event.is_anonymous,
        )
