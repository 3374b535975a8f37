"""Product events that a pipeline writes straight into the warehouse.

Segment and RudderStack: tables of calls, the properties in a table per event.
Snowplow: one wide table in which ids repeat and a robot copies pages. Generic:
a table that somebody built.
"""

from __future__ import annotations

import json

from .plan import Plan
from .renderers import INSTANT, TEXT, WALL_CLOCK, Rows, columns, renders
from .sightings import IDENTIFY, SITE, EventRenderer, Sighting
from .times import MICROSECONDS, offset_text, zulu_text

EVENTS = (
    "Password Reset Completed", "Invoice Downloaded", "Dispute Filed",
    "Address Updated", "Order Cancelled",
)


def table_name(event: str) -> str:
    """Return an event's name as pipelines turn it into a table's."""
    return event.lower().replace(" ", "_")


CALL = dict(
    id=TEXT, user_id=TEXT, anonymous_id=TEXT, received_at=WALL_CLOCK,
    sent_at=WALL_CLOCK, original_timestamp=WALL_CLOCK, timestamp=WALL_CLOCK,
    uuid_ts=WALL_CLOCK, context_page_path=TEXT, context_page_url=TEXT,
    context_library_name=TEXT,
)
NAMED = dict(event=TEXT, event_text=TEXT)
CALLS = {
    "tracks": columns(**CALL, **NAMED),
    "pages": columns(**CALL, name=TEXT, path=TEXT, url=TEXT, source=TEXT),
    "identifies": columns(**CALL, email=TEXT, plan=TEXT),
    **{
        table_name(event): columns(**CALL, **NAMED, plan=TEXT)
        for event in EVENTS
    },
}
SELF_DESCRIBING = ("customer_identified", *map(table_name, EVENTS))
EVENT_COLUMNS = [
    f"unstruct_event_com_lumenly_{name}_1" for name in SELF_DESCRIBING
]
ATOMIC = columns(
    app_id=TEXT, platform=TEXT, event_id=TEXT, event=TEXT, event_name=TEXT,
    event_vendor=TEXT, user_id=TEXT, domain_userid=TEXT, network_userid=TEXT,
    se_category=TEXT, se_action=TEXT, page_url=TEXT, page_urlpath=TEXT,
    dvce_created_tstamp=INSTANT, derived_tstamp=INSTANT,
    collector_tstamp=INSTANT, load_tstamp=INSTANT,
    **{name: TEXT for name in EVENT_COLUMNS},
)
GENERIC = columns(
    event_id=TEXT, event_name=TEXT, user_id=TEXT, anonymous_id=TEXT,
    occurred_at=TEXT, received_at=INSTANT, properties_json=TEXT, page=TEXT,
)
TABLES = {
    "segment": CALLS, "rudderstack": CALLS, "snowplow": {"events": ATOMIC},
    "generic": {"events": GENERIC},
}
NOBODY = "00000000-0000-0000-0000-000000000000"


@renders("warehouse_events")
class WarehouseEventsRenderer(EventRenderer):
    """Writes the tables of one pipeline."""

    schema_name = "warehouse_events"
    layouts = ("segment", "rudderstack", "snowplow", "generic")
    tables = CALLS

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.tables = TABLES[self.layout]
        self.variables = {}
        if self.tables is CALLS:
            self.variables["warehouse_events_event_tables"] = [
                table_name(event) for event in EVENTS
            ]
        if self.layout == "snowplow":
            self.variables["warehouse_events_event_columns"] = EVENT_COLUMNS

    def place_of(self, seen: Sighting) -> tuple[str, str]:
        """Return the raw table of an event, and its id there."""
        if self.tables is not CALLS:
            return "events", seen.key
        return _call(seen), self._message_id(seen)

    def write(self, rows: Rows, seen: Sighting, is_copy: bool = False) -> None:
        """Add the rows of one event."""
        if self.tables is CALLS:
            self._write_call(rows, seen)
        elif self.layout == "snowplow":
            self._write_atomic(rows, seen, is_copy)
        else:
            rows["events"].append(_generic_row(seen))

    # -------------------------------------------------- segment, rudderstack

    def _message_id(self, seen: Sighting) -> str:
        return ("ajs-next-" if self.layout == "segment" else "") + seen.key

    def _write_call(self, rows: Rows, seen: Sighting) -> None:
        customer = seen.customer
        url = f"{SITE}{seen.page}?utm_source=mail" if seen.page else None
        at = seen.at
        received = at + 2 if at is not None else seen.loaded_at - 60
        # A device whose clock is off; timestamp has been put right.
        on_device = received - int(seen.form * 90_000)
        call = (
            self._message_id(seen), seen.user_id, customer.device,
            received * MICROSECONDS, on_device * MICROSECONDS,
            on_device * MICROSECONDS,
            at * MICROSECONDS if at is not None else None,
            seen.loaded_at * MICROSECONDS, seen.page, url,
            "analytics.js" if self.layout == "segment" else "RudderLabs",
        )
        kind = _call(seen)
        if kind == "pages":
            rows[kind].append(call + ("Settings", seen.page, url, "mail"))
        elif kind == "identifies":
            rows[kind].append(call + (customer.email, "Team"))
        else:
            named = (table_name(seen.name), seen.name)
            rows[kind].append(call + named)
            if named[0] in self.tables:
                rows[named[0]].append(call + named + ("Team",))

    # -------------------------------------------------------------- snowplow

    def _write_atomic(
        self, rows: Rows, seen: Sighting, is_copy: bool
    ) -> None:
        rows["events"].append(_atomic_row(seen))
        if seen.at is None or seen.name != "Page Viewed":
            return
        if is_copy:
            self.counts["robot_copies"] += 1
            rows["events"].append(_atomic_row(seen, robot=f"bot-{seen.key}"))
        elif seen.form < 0.1:
            rows["events"].append(_atomic_row(seen, ping=f"p{seen.key[1:]}"))


def _call(seen: Sighting) -> str:
    if seen.name == IDENTIFY:
        return "identifies"
    is_page = seen.name == "Page Viewed" and seen.form >= 0.2
    return "pages" if is_page else "tracks"


def _atomic_row(
    seen: Sighting, robot: str | None = None, ping: str | None = None
) -> tuple:
    customer = seen.customer
    name = table_name(seen.name)
    says: dict[str, object] = {"plan": "Team"}
    kind, vendor, category, action = "unstruct", "com.lumenly", None, None
    if seen.name == IDENTIFY:
        name, says = "customer_identified", {"email": customer.email}
    elif seen.name == "Page Viewed":
        kind, name, vendor = "page_view", "page_view", "com.snowplow"
        if ping:
            kind = name = "page_ping"
    elif seen.form < 0.3:
        kind, name, vendor = "struct", "event", "com.google.analytics"
        category, action = "account", seen.name
    described = [
        json.dumps(says) if kind == "unstruct" and name == column_name
        else None
        for column_name in SELF_DESCRIBING
    ]
    at = seen.at
    loaded = (seen.loaded_at + (3600 if robot else 0)) * MICROSECONDS
    happened = at * MICROSECONDS if at is not None else None
    collected = (at + 2) * MICROSECONDS if at is not None else None
    has_cookie = seen.is_anonymous or seen.form >= 0.05
    device = customer.device if has_cookie else None
    return (
        "lumenly-web", "web", ping or seen.key, kind, name, vendor,
        None if robot else seen.user_id, robot or device, NOBODY, category,
        action, f"{SITE}{seen.page}?utm_source=mail" if seen.page else None,
        seen.page, happened and happened - int(seen.form * 9e10), happened,
        collected, loaded, *described,
    )


# ------------------------------------------------------------------- generic


def _generic_row(seen: Sighting) -> tuple:
    says: dict[str, object] = {"plan": "Team"}
    if seen.name == IDENTIFY:
        says["email"] = seen.customer.email
    page = seen.page
    if page and seen.form < 0.5:
        says["page"], page = page, None
    happened = None
    if seen.at is not None:
        written = zulu_text if seen.form < 0.7 else offset_text
        happened = written(seen.at)
    return (
        seen.key, seen.name, seen.user_id, seen.customer.device, happened,
        seen.loaded_at * MICROSECONDS, json.dumps(says), page,
    )
