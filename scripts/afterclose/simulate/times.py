"""Writes instants as the text forms that vendors export."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_CLOCK = [
    f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    for second in range(86400)
]
_EPOCH = date(1970, 1, 1)
MICROSECONDS = 1_000_000


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()


def plain_text(at: int, milliseconds: int = 0) -> str:
    """Return '2026-01-05 10:00:00.123000', UTC without saying so."""
    day, second = divmod(at, 86400)
    return f"{_day(day)} {_CLOCK[second]}.{milliseconds:03d}000"


def zulu_text(at: int, milliseconds: int = 0) -> str:
    """Return '2026-01-05T10:00:00.123Z'."""
    day, second = divmod(at, 86400)
    return f"{_day(day)}T{_CLOCK[second]}.{milliseconds:03d}Z"


def offset_text(at: int, milliseconds: int = 0) -> str:
    """Return the same instant as '2026-01-05T12:00:00.123+02:00'."""
    day, second = divmod(at + 7200, 86400)
    return f"{_day(day)}T{_CLOCK[second]}.{milliseconds:03d}+02:00"
