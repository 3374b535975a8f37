"""The benchmark as one HTML file: no scripts, nothing loaded from outside."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from afterclose.confidence_report import STYLE

WIDTH, BAR, GAP, LABEL = 760, 16, 6, 300
SIZE, MARGIN = 380, 60
BLUE, GREY = "#1f6fb2", "#b0b0b0"
SLOWEST = 30


def bars(rows: Sequence[tuple[str, float, str]]) -> str:
    """Named seconds as horizontal bars."""
    largest = max((seconds for _, seconds, _ in rows), default=0) or 1
    height = len(rows) * (BAR + GAP)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' role="img" aria-label="Seconds">'
    ]
    for number, (name, seconds, colour) in enumerate(rows):
        top = number * (BAR + GAP)
        length = (WIDTH - LABEL - 70) * seconds / largest
        parts.append(
            f'<text x="{LABEL - 8}" y="{top + 12}" font-size="12"'
            f' text-anchor="end">{html.escape(name)}</text>'
            f'<rect x="{LABEL}" y="{top}" width="{max(length, 1):.1f}"'
            f' height="{BAR}" fill="{colour}"/>'
            f'<text x="{LABEL + length + 6:.1f}" y="{top + 12}" font-size="12">'
            f"{seconds:,.1f} s</text>"
        )
    return "".join(parts) + "</svg>"


def growth_plot(sizes: Sequence[dict[str, Any]]) -> str:
    """Seconds against conversations, both on logarithmic scales."""
    lines = {
        "full": (BLUE, [(size["conversations"], size["seconds"]["full"]) for size in sizes]),
        "hand-written": (
            GREY,
            [
                (size["conversations"], size["seconds"]["hand_written"])
                for size in sizes if size["seconds"].get("hand_written")
            ],
        ),
    }
    points = [point for _, found in lines.values() for point in found]
    left, right = (pick(math.log10(x) for x, _ in points) for pick in (min, max))
    low, high = (pick(math.log10(y) for _, y in points) for pick in (min, max))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        across = (math.log10(point[0]) - left) / ((right - left) or 1)
        up = (math.log10(point[1]) - low) / ((high - low) or 1)
        span = SIZE - 2 * MARGIN
        return MARGIN + across * span, SIZE - MARGIN - up * span

    parts = [
        f'<svg viewBox="0 0 {SIZE + 80} {SIZE}" width="{SIZE + 80}" height="{SIZE}"'
        ' role="img" aria-label="Seconds against conversations">'
    ]
    for name, (colour, found) in lines.items():
        placed = [place(point) for point in found]
        if not placed:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        for (x, y), (conversations, seconds) in zip(placed, found):
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
                f'<text x="{x:.1f}" y="{y - 8:.1f}" font-size="11"'
                f' text-anchor="middle">{seconds:,.1f} s</text>'
            )
            if name == "full":
                parts.append(
                    f'<text x="{x:.1f}" y="{SIZE - 20}" font-size="11"'
                    f' text-anchor="middle">{conversations:,}</text>'
                )
        x, y = placed[-1]
        parts.append(
            f'<text x="{x + 10:.1f}" y="{y + 4:.1f}" font-size="12"'
            f' fill="{colour}">{name}</text>'
        )
    return "".join(parts) + "</svg>"


def stage_bars(result: dict[str, Any]) -> str:
    """The stages, what the build does in blue."""
    named = {
        "full": "full build", "full_with_tests": "full build with all tests",
        "daily": "build after one more delivery", "noop": "build with nothing new",
        "hand_written": "hand-written script", "scan": "scan of the used columns",
        "pandas": "pandas, scaled to this size", "parse": "parse (dbt reads the project)",
        "learn": "learn the intents (once)", "load": "load the raw tables",
    }
    rows = [
        (title, result["seconds"][name], BLUE if name in result["builds"] else GREY)
        for name, title in named.items()
        if result["seconds"].get(name) is not None
    ]
    return bars(rows)


def model_rows(result: dict[str, Any]) -> str:
    """The slowest models of the full build beside the later builds."""
    later = {
        build: {model["model"]: model["seconds"] for model in found["models"]}
        for build, found in result["builds"].items()
    }
    rows = []
    for model in result["builds"]["full"]["models"][:SLOWEST]:
        cells = "".join(
            f'<td class="number">{later[build].get(model["model"], 0):.2f}</td>'
            for build in ("full", "daily", "noop") if build in later
        )
        count = "" if model["rows"] is None else f"{model['rows']:,}"
        rows.append(
            f"<tr><td><code>{html.escape(model['model'])}</code></td>{cells}"
            f'<td class="number">{count}</td></tr>'
        )
    return "".join(rows)


def agreement_rows(result: dict[str, Any]) -> str:
    """Build and hand-written script side by side."""

    def shown(value: float | None) -> str:
        if value is None:
            return "-"
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4f}"

    return "".join(
        f"<tr><td><code>{line['measure']}</code></td>"
        f'<td class="number">{shown(line["build"])}</td>'
        f'<td class="number">{shown(line["hand_written"])}</td>'
        f"<td>{'agrees' if line['agrees'] else '<b>differs</b>'}</td></tr>"
        for line in result["agreement"] or []
    )


def write_page(path: Path, result: dict[str, Any]) -> None:
    """Write the page of one benchmark."""
    ratios = "".join(
        f"<tr><td>{title}</td>"
        f'<td class="number">{result[name]:.2f}</td></tr>'
        for name, title in (
            ("full_to_hand_written", "full build / hand-written script"),
            ("full_to_scan", "full build / scan"),
            ("daily_to_full", "build after a delivery / full build"),
            ("noop_to_full", "build with nothing new / full build"),
            ("growth_exponent", "growth exponent (1: twice the data, twice the time)"),
        )
        if result.get(name) is not None
    )
    sizes = result.get("sizes") or []
    growth = (
        f"<h2>Growth</h2><figure>{growth_plot(sizes)}</figure>"
        if len(sizes) > 1 else ""
    )
    path.write_text(
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Afterclose: benchmark</title>
<style>{STYLE}</style></head><body>
<h1>How long does a build take?</h1>
<p>{result["conversations"]:,} conversations over {result["weeks"]} weeks,
{result["raw_rows"]:,} raw rows, on {html.escape(result["engine"])},
{result["machine"]["cores"]} cores. Blue is the build, grey what it is held
against.</p>
<figure>{stage_bars(result)}</figure>
<table>{ratios}</table>
{growth}
<h2>The {SLOWEST} slowest models</h2>
<p>Seconds on dbt's own clock; models run side by side, so they add up to more than
the build took.</p>
<table><tr><th>model</th>{"".join(f'<th class="number">{build}</th>'
for build in ("full", "daily", "noop") if build in result["builds"])}
<th class="number">rows</th></tr>{model_rows(result)}</table>
<h2>Does the hand-written script find the same?</h2>
<table><tr><th>over all intents and weeks</th><th class="number">build</th>
<th class="number">hand-written</th><th></th></tr>{agreement_rows(result)}</table>
</body></html>
""",
        encoding="utf-8",
    )
