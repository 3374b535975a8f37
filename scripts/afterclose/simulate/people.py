"""Makes customers and decides by which keys each system knows them."""

from __future__ import annotations

from random import Random

from .phrases import agent_says
from .records import Customer
from .text import pick

DOMAINS = ["example.com", "example.org", "mail.example", "post.example",
           "webmail.example", "corp.example"]
INTERNAL_DOMAIN = "internal.test"
# The share of each key pattern among ordinary customers, cumulated.
KEY_PATTERNS = [
    (0.62, "plain"),
    (0.78, "email_only_desk"),
    (0.85, "two_desk_users"),
    (0.92, "email_only_traces"),
    (0.975, "anonymous_traces"),
    (0.979, "unknown_to_desk"),
    (1.0, "plain"),
]


def make_customer(
    rng: Random, number: int, dirt: bool, keys: str | None = None
) -> Customer:
    """Return a new customer; without dirt everybody has plain keys."""
    name = (
        pick(rng, agent_says.FIRST_NAMES)
        + " " + pick(rng, agent_says.LAST_NAMES)
    )
    luck, may_skip = rng.random(), rng.random() < 0.65
    device = f"{rng.getrandbits(64):016x}"
    domain = pick(rng, DOMAINS)
    if keys is None:
        keys = "plain"
        if dirt:
            keys = next(word for limit, word in KEY_PATTERNS if luck < limit)
    if keys == "internal":
        domain = INTERNAL_DOMAIN
    if keys == "unknown_to_desk":
        may_skip = False
    return Customer(
        number=number,
        customer_id=f"cus_{number:09d}",
        name=name,
        email=f"{name.replace(' ', '.').lower()}{number}@{domain}",
        device=device,
        keys=keys,
        may_skip_ticket=may_skip,
    )
