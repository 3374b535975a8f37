"""Turns phrases into what a particular customer types."""

from __future__ import annotations

from random import Random

from .phrases import customer_says

PRODUCTS = [
    "the blue lamp", "the desk chair", "the travel mug", "the headphones",
    "the rain jacket", "the coffee grinder", "the running shoes",
    "the tablet sleeve", "the wall clock", "the backpack", "the keyboard",
    "the yoga mat", "the hand blender", "the bike light",
]
DEVICES = ["phone", "laptop", "tablet", "iPad", "Android phone", "iPhone",
           "Chromebook", "work computer"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July",
          "August", "September", "October", "November", "December"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
        "Sunday"]
CITIES = ["Leipzig", "Lyon", "Porto", "Gdansk", "Turin", "Bristol", "Aarhus",
          "Graz", "Utrecht", "Malmo", "Ghent", "Bilbao"]
PLANS = ["Starter", "Team", "Business", "Family", "Premium"]
AGOS = ["yesterday", "two days ago", "last week", "earlier", "this week"]


def pick(rng: Random, options: list) -> object:
    """Return one of the options; quicker than ``rng.choice``."""
    return options[int(rng.random() * len(options))]


def facts_of_issue(rng: Random, name: str, email: str) -> dict[str, str]:
    """Return the slot values that stay the same through one issue."""
    first_name = name.partition(" ")[0]
    cents = int(rng.random() * 100)
    euros = 5 + int(rng.random() * 240)
    sign = "$" if rng.random() < 0.5 else "\u20ac"
    return {
        "order": str(100000 + int(rng.random() * 899999)),
        "amount": f"{sign}{euros}.{cents:02d}",
        "month": pick(rng, MONTHS),
        "day": pick(rng, DAYS),
        "product": pick(rng, PRODUCTS),
        "device": pick(rng, DEVICES),
        "city": pick(rng, CITIES),
        "plan": pick(rng, PLANS),
        "ago": pick(rng, AGOS),
        "count": str(2 + int(rng.random() * 7)),
        "last4": f"{int(rng.random() * 10000):04d}",
        "error": f"E-{1000 + int(rng.random() * 8999)}",
        "code": f"SAVE{100 + int(rng.random() * 899)}",
        "account": str(7000000 + int(rng.random() * 999999)),
        "email": email,
        "name": first_name,
    }


def items_in(phrase: str) -> set[str]:
    """Return which pieces of information a phrase gives away."""
    return {
        item
        for item in ("order", "email", "account", "error")
        if "{" + item + "}" in phrase
    }


def opening_phrase(rng: Random, problems: list, asks: list) -> str:
    """Return an opening as a phrase whose slots are still open."""
    shape = rng.random()
    problem = pick(rng, problems)
    link = pick(rng, customer_says.LINKS)
    if shape < 0.46:
        return problem + link + pick(rng, asks)
    if shape < 0.60:
        return problem + "."
    if shape < 0.74:
        return pick(rng, asks) + " " + capital(problem) + "."
    if shape < 0.97:
        other = pick(rng, problems)
        if other != problem:
            problem = problem + link + capital(other)
        return problem + ". " + pick(rng, asks)
    return pick(rng, asks)


def capital(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def typed(rng: Random, text: str) -> str:
    """Return the text as a hurried customer may type it."""
    luck = rng.random()
    if luck < 0.14:
        text = text.lower()
    elif luck < 0.16:
        text = text.upper()
    elif luck < 0.80:
        text = capital(text)
    if luck > 0.72 and "@" not in text and len(text) > 12:
        spot = 1 + int(rng.random() * (len(text) - 3))
        here, there = text[spot], text[spot + 1]
        # Numbers and what they stand for are copied, not typed.
        around = text[max(0, spot - 12):spot + 12]
        is_word = here.isalpha() and there.isalpha()
        if is_word and not any(letter.isdigit() for letter in around):
            if luck > 0.90:
                text = text[:spot] + there + here + text[spot + 2:]
            else:
                text = text[:spot] + text[spot + 1:]
    return text


def with_manners(rng: Random, text: str, facts: dict[str, str]) -> str:
    """Return the text with a salutation and a close, or without."""
    if rng.random() < 0.5:
        text = pick(rng, customer_says.OPENERS) + " " + text
    if rng.random() < 0.3:
        text = text + "\n" + pick(rng, customer_says.CLOSERS).format_map(facts)
    return text
