"""Mixpanel, as Fivetran (event) or Airbyte (export) lands it.

Device ids before the login, ``$identify`` when the two become one, and a
page that is in ``current_url``, in ``properties``, or in both. Airbyte makes
a column of every property and reads the last days again at each sync.
"""

from __future__ import annotations

import json

from .plan import HOUR, Plan
from .records import NEVER, Batch, Customer
from .renderers import (
    INSTANT,
    INTEGER,
    TEXT,
    WALL_CLOCK,
    Renderer,
    Rows,
    columns,
    renders,
)
from .times import MICROSECONDS, zulu_text

DAY = 24 * HOUR
EVENT = columns(
    _fivetran_id=TEXT, event_id=INTEGER, name=TEXT, time=WALL_CLOCK,
    distinct_id=TEXT, properties=TEXT, insert_id=TEXT,
    mp_processing_time_ms=INTEGER, _fivetran_synced=INSTANT, os=TEXT,
    city=TEXT, mp_country_code=TEXT, mp_lib=TEXT, browser=TEXT,
    device_id=TEXT, current_url=TEXT, distinct_id_before_identity=TEXT,
)
# The properties that have a column in Airbyte's table; a "$" is dropped.
PROPERTIES = (
    "plan", "page", "user_id", "anon_distinct_id", "identified_id", "email",
)
EXPORT = columns(
    event=TEXT, time=TEXT, distinct_id=TEXT, insert_id=TEXT, device_id=TEXT,
    current_url=TEXT, distinct_id_before_identity=TEXT, mp_lib=TEXT,
    **{name: TEXT for name in PROPERTIES}, _airbyte_raw_id=TEXT,
    _airbyte_extracted_at=INSTANT,
)


@renders("mixpanel")
class MixpanelRenderer(Renderer):
    """Writes the event table."""

    schema_name = "mixpanel"
    kind = "events"
    tables = {"event": EVENT}
    layouts = ("fivetran", "airbyte")

    def __init__(self, plan: Plan, layout: str | None = None) -> None:
        super().__init__(plan, layout)
        self.table = "event"
        if self.layout == "airbyte":
            self.table = "export"
            self.tables = {"export": EXPORT}

    def render(self, batch: Batch) -> Rows:
        """Return one batch's rows; see ``Renderer.render``."""
        rows: list[tuple] = []
        for customer in batch.customers:
            if customer.events:
                self._customer(rows, customer)
        if self.layout == "airbyte":
            rows = [_export_row(row) for row in rows]
        return {self.table: rows}

    def _customer(self, rows: list, customer: Customer) -> None:
        rng = self.luck(customer.customer_id)
        number = 0
        if customer.identified_at < NEVER:
            # The identity is written first in the file, not in time.
            self._event(
                rows, rng, customer, number, customer.identified_at,
                "$identify", None, False,
            )
        for event in customer.events:
            number += 1
            self._event(
                rows, rng, customer, number, event.at, event.name, event.page,
                event.is_anonymous,
            )

    def _event(
        self, rows, rng, customer: Customer, number, at, name, page,
        is_anonymous,
    ) -> None:
        form, dirt, delay, bits = (
            rng.random(), rng.random(), rng.random(), rng.getrandbits(80)
        )
        if at > self.plan.horizon:
            return
        device = f"$device:{customer.device}"
        insert_id = f"{bits:020x}"
        properties: dict[str, object] = {"plan": "Team"}
        url = None
        if page:
            if form < 0.85:
                url = f"https://app.lumenly.example{page}"
                if form < 0.3:
                    url += "?utm_source=mail&ref=1"
            if form < 0.6 or form >= 0.85:
                properties["page"] = page
        before = None
        distinct_id = device if is_anonymous else customer.customer_id
        if name == "$identify":
            before = device
            properties = {
                "$user_id": customer.customer_id,
                "$anon_distinct_id": device,
                "$identified_id": customer.customer_id,
                "$email": customer.email,
            }
        synced = at + 900 + int(delay * 5 * HOUR)
        if self.plan.dirt and dirt < 0.005:
            self.counts["late_rows"] += 1
            synced = at + DAY + int(delay * 5 * DAY)
        row = (
            f"{insert_id}=", customer.number * 1000 + number, name,
            at * MICROSECONDS, distinct_id, json.dumps(properties), insert_id,
            int(delay * 90000), synced * MICROSECONDS, "Mac OS X", "Leipzig",
            "DE", "web", "Firefox", customer.device, url, before,
        )
        if self.plan.dirt:
            self._soil(rows, row, at, synced, dirt)
        rows.append(row)

    def _soil(self, rows, row, at, synced, dirt) -> None:
        """Export an event twice, or add one that cannot be used."""
        if 0.005 <= dirt < 0.02:
            self.counts["duplicated_rows"] += 1
            rows.append(
                (row[0] + "a",) + row[1:8]
                + ((synced + DAY) * MICROSECONDS,) + row[9:]
            )
        elif 0.02 <= dirt < 0.021:
            self._unusable(rows, row, None, "unreadable_time")
        elif 0.021 <= dirt < 0.022:
            future = (synced + 12 * DAY) * MICROSECONDS
            self._unusable(rows, row, future, "time_after_load")

    def _unusable(self, rows, row, time, reason) -> None:
        insert_id = "x" + row[6]
        self.unusable.append((f"mixpanel.{self.table}", insert_id, reason))
        rows.append(
            ("x" + row[0],) + row[1:3] + (time,) + row[4:6] + (insert_id,)
            + row[7:]
        )


def _export_row(row: tuple) -> tuple:
    """Return a row of Fivetran's table as Airbyte would have written it."""
    row_id, _, name, time, distinct_id, properties, insert_id = row[:7]
    synced, device, url, before = row[8], *row[14:]
    values = {
        key.removeprefix("$"): str(value)
        for key, value in json.loads(properties).items()
    }
    if insert_id.endswith("0") and not insert_id.startswith("x"):
        # Sent by an old library; its next reading has another row id too.
        insert_id = None
    happened = zulu_text(time // MICROSECONDS) if time is not None else None
    return (
        name, happened, distinct_id, insert_id, device, url, before, row[12],
        *(values.get(key) for key in PROPERTIES), f"{row_id}{synced}", synced,
    )
