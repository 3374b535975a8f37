"""Amplitude, as Fivetran (event) or Airbyte (events) lands it.

The device's clock runs wrong, pages are seen by Amplitude itself or sent by
the product, most rows have no insert id, and for some customers only a merge
of two Amplitude ids says whose the device was.
"""

from __future__ import annotations

import json
from dataclasses import replace

from .plan import Plan
from .renderers import INSTANT, INTEGER, TEXT, Rows, columns, renders
from .sightings import IDENTIFY, SITE, EventRenderer, Sighting
from .times import MICROSECONDS, zulu_text

SHARED = dict(
    uuid=TEXT, event_type=TEXT, event_time=TEXT, client_event_time=TEXT,
    user_id=TEXT, device_id=TEXT, amplitude_id=INTEGER, session_id=INTEGER,
    event_properties=TEXT, user_properties=TEXT, data=TEXT, library=TEXT,
)
TABLES = {
    "fivetran": {"event": columns(
        **SHARED, _insert_id=TEXT, id=INTEGER, project_name=TEXT,
        _fivetran_synced=INSTANT,
    )},
    "airbyte": {"events": columns(
        **SHARED, **{"$insert_id": TEXT}, _airbyte_raw_id=TEXT,
        _airbyte_extracted_at=INSTANT,
    )},
}


@renders("amplitude")
class AmplitudeRenderer(EventRenderer):
    """Writes the table of events."""

    schema_name = "amplitude"
    layouts = ("fivetran", "airbyte")
    tables = TABLES["fivetran"]

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.tables = TABLES[self.layout]
        self.table = next(iter(self.tables))

    def place_of(self, seen: Sighting) -> tuple[str, str]:
        """Return the raw table of an event, and its uuid."""
        return self.table, _uuid(seen)

    def write(self, rows: Rows, seen: Sighting, is_copy: bool = False) -> None:
        """Add one row."""
        customer = seen.customer
        is_known_by_merge = customer.number % 4 == 0
        device = customer.device
        if is_known_by_merge and not seen.is_anonymous:
            # Recorded by the server, which knows no device.
            device = None
        name, properties = _what(seen)
        data: dict[str, object] = {}
        if seen.name == IDENTIFY:
            data["merged_amplitude_id"] = _amplitude_id(seen, True)
            if is_known_by_merge and not is_copy and seen.at is not None:
                self.write(rows, _first_visit(seen))
        traits: dict[str, object] = {"plan": "Team"}
        if seen.is_known_by_address:
            traits["email"] = customer.email
        happened = zulu_text(seen.at) if seen.at is not None else None
        on_device = None
        if seen.at is not None:
            on_device = zulu_text(seen.at - int(seen.form * 4000))
        shared = (
            _uuid(seen), name, happened, on_device, seen.user_id, device,
            _amplitude_id(seen, seen.is_anonymous),
            -1 if seen.form < 0.3 else 1000 * (seen.at or 0),
            json.dumps(properties), json.dumps(traits), json.dumps(data),
            "amplitude-ts/2.11",
            "" if seen.form < 0.8 else seen.key,
        )
        if self.layout == "fivetran":
            rows[self.table].append(
                shared + (
                    seen.number, "218028", seen.loaded_at * MICROSECONDS,
                )
            )
        else:
            raw_id = f"{seen.key}-{int(is_copy)}"
            rows[self.table].append(
                shared + (raw_id, seen.loaded_at * MICROSECONDS)
            )


def _what(seen: Sighting) -> tuple[str, dict[str, object]]:
    """Return an event's name and properties, in one of three shapes."""
    properties: dict[str, object] = {"plan": "Team"}
    if seen.page is None:
        return seen.name, properties
    if seen.form < 0.4:
        properties["[Amplitude] Page Path"] = seen.page
        properties["[Amplitude] Page URL"] = f"{SITE}{seen.page}?ref=1"
        return f"[Amplitude] {seen.name}", properties
    if seen.form < 0.7:
        properties["current_url"] = f"{SITE}{seen.page}/?utm_source=mail"
    else:
        properties["page"] = seen.page
    return seen.name, properties


def _first_visit(seen: Sighting) -> Sighting:
    """Return the only event that knows the device of a merged person."""
    return replace(
        seen, name="[Amplitude] Start Session", is_anonymous=True,
        key="a" * 4 + seen.key[4:],
    )


def _uuid(seen: Sighting) -> str:
    key = seen.key.rjust(32, "0")
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def _amplitude_id(seen: Sighting, is_before_login: bool) -> int:
    return 75_000_000_000 + 2 * seen.customer.number + is_before_login
