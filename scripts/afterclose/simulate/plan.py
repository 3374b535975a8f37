"""What a run was asked for, and how the work is cut into blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from .intents import INTENT_HABITS, INTENTS, conversations_per_issue

EVENT_TOOLS = ("mixpanel", "amplitude", "warehouse_events")
CONVERSATIONS_PER_BLOCK = 2000
WEEK = 7 * 24 * 3600
HOUR = 3600
# Conversations that come on top of the issues: spam, tests, outbound, ...
EXTRA_SHARE = 0.05
# Second issues, relapses and long chains on top, the cut at the end below.
CUT_ALLOWANCE = 0.955


@dataclass(frozen=True)
class Plan:
    """The parameters of a run; times are seconds since 1970 in UTC.

    ``stack`` holds tools as ``tool`` or ``tool:layout``.
    """

    stack: tuple[str, ...]
    conversations: int
    weeks: int
    seed: int
    start: int
    horizon: int
    dirt: bool

    @property
    def end(self) -> int:
        """Return the instant at which the period stops."""
        return self.start + self.weeks * WEEK

    @property
    def has_events(self) -> bool:
        """Return whether any product events are written."""
        return any(
            entry.partition(":")[0] in EVENT_TOOLS for entry in self.stack
        )

    @property
    def blocks(self) -> int:
        """Return how many independent batches the run consists of."""
        if not self.conversations:
            return 0
        return -(-self.conversations // CONVERSATIONS_PER_BLOCK)

    def issues(self, block: int) -> list[tuple[int, str]]:
        """Return (week, intent) of each issue that starts in this block.

        Every intent has its fixed share of every week, so that a rare week
        is never due to chance; the first week gets more issues because
        nobody comes back in it from the week before.
        """
        per_week = self.conversations * (1 - EXTRA_SHARE) * CUT_ALLOWANCE
        per_week /= max(self.weeks, 1)
        issues = []
        for place, intent in enumerate(INTENTS):
            chain = conversations_per_issue(intent)
            weekly = per_week * INTENT_HABITS[intent].share / chain
            for week in range(self.weeks):
                count = weekly
                if week == 0:
                    count *= 1 + 0.5 * (chain - 1)
                issues += [(week, intent)] * self._part(count, block, place)
        return issues

    def extras(self, block: int, share: float) -> int:
        """Return how many extra conversations of a kind this block holds."""
        return self._part(self.conversations * share, block, 0)

    def _part(self, total: float, block: int, place: int) -> int:
        """Return this block's part; the parts add up to the total."""
        offset = (place * 0.618) % 1.0
        before = int(total * block / self.blocks + offset)
        after = int(total * (block + 1) / self.blocks + offset)
        return after - before


def parse_instant(text: str) -> int:
    """Return seconds since 1970 of an ISO date or date-time (UTC).

    Raises ValueError when the text is neither.
    """
    instant = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=timezone.utc)
    return int(instant.timestamp())
