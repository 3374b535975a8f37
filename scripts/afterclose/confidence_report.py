"""The report of a fit as one HTML file: no scripts, nothing loaded from outside."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from afterclose.confidence_examples import Examples, Weight

SIZE, MARGIN = 360, 36
COLOURS = {"before": "#b0b0b0", "after": "#1f6fb2"}

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto;
       padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { text-align: left; padding: .25rem .8rem .25rem 0;
         border-bottom: 1px solid #ddd; vertical-align: top }
td.number, th.number { text-align: right; white-space: nowrap }
figure { margin: 1rem 0 } figcaption { color: #555 }
"""


def in_words(row: Weight) -> str:
    """What a weight does to a conversation that is otherwise even."""
    if row.signal == "bias":
        start = 1 / (1 + math.exp(-row.weight))
        return f"Before any signal the confidence is {start:.2f}."
    moved = 1 / (1 + math.exp(-row.weight))
    sign = "raises" if row.weight > 0 else "lowers"
    if abs(row.weight) < 0.005:
        return "Makes no difference."
    text = f"One unit {sign} an even 0.50 to {moved:.2f}."
    if row.standard_error is None:
        return text + " Not learned here: kept as it was."
    if not row.example_count or row.example_count < 10:
        return text + " Too few examples: kept as it was."
    if abs(row.weight) < 1.96 * row.standard_error:
        text += " The data would also allow no effect."
    return text


def reliability_plot(curves: dict[str, list[dict[str, Any]]]) -> str:
    """Confidence against realised share, with Wilson intervals, as SVG."""

    def x(share: float) -> float:
        return MARGIN + share * (SIZE - 2 * MARGIN)

    def y(share: float) -> float:
        return SIZE - MARGIN - share * (SIZE - 2 * MARGIN)

    parts = [
        f'<svg viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}"'
        ' role="img" aria-label="Reliability: confidence against realised share">',
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"'
        ' stroke="#ccc" stroke-dasharray="4 4"/>',
        f'<rect x="{x(0)}" y="{y(1)}" width="{x(1) - x(0)}"'
        f' height="{y(0) - y(1)}" fill="none" stroke="#888"/>',
    ]
    for tick in (0, 0.5, 1):
        parts.append(
            f'<text x="{x(tick)}" y="{SIZE - 14}" font-size="11"'
            f' text-anchor="middle">{tick:g}</text>'
            f'<text x="{MARGIN - 6}" y="{y(tick) + 4}" font-size="11"'
            f' text-anchor="end">{tick:g}</text>'
        )
    for name, rows in curves.items():
        colour = COLOURS[name]
        for row in rows:
            at = x(row["confidence"])
            parts.append(
                f'<line x1="{at:.1f}" y1="{y(row["lower"]):.1f}" x2="{at:.1f}"'
                f' y2="{y(row["upper"]):.1f}" stroke="{colour}"/>'
                f'<circle cx="{at:.1f}" cy="{y(row["resolved"]):.1f}"'
                f' r="{2 + min(6, math.sqrt(row["conversations"]) / 6):.1f}"'
                f' fill="{colour}"><title>{name}: {row["conversations"]}'
                f' conversations, confidence {row["confidence"]:.2f}, resolved'
                f' {row["resolved"]:.2f}</title></circle>'
            )
    return "".join(parts) + "</svg>"


def measures_rows(results: dict[str, dict[str, Any]]) -> str:
    """Table rows of before and after."""
    rows = []
    for name, found in results.items():
        area = "-" if found["auc"] is None else f"{found['auc']:.3f}"
        cells = [
            area, f"{found['brier']:.3f}", f"{found['ece']:.3f}",
            f"{found['mean_confidence']:.3f}", f"{found['resolved_share']:.3f}",
        ]
        rows.append(
            f"<tr><td>{html.escape(name)}</td>"
            + "".join(f'<td class="number">{cell}</td>' for cell in cells)
            + "</tr>"
        )
    return "".join(rows)


def weight_rows(before: Sequence[Weight], after: Sequence[Weight]) -> str:
    """Table rows of the weights, the strongest first, the bias on top."""
    old = {row.signal: row.weight for row in before}
    ordered = sorted(
        after, key=lambda row: (row.signal != "bias", -abs(row.weight))
    )
    rows = []
    for row in ordered:
        error = "-" if row.standard_error is None else f"{row.standard_error:.2f}"
        was = f"{old[row.signal]:+.2f}" if row.signal in old else "-"
        rows.append(
            f"<tr><td><code>{html.escape(row.signal)}</code><br>"
            f"{html.escape(row.description)}</td>"
            f'<td class="number">{was}</td>'
            f'<td class="number">{row.weight:+.2f}</td>'
            f'<td class="number">{error}</td>'
            f'<td class="number">{row.example_count or 0:,}</td>'
            f"<td>{in_words(row)}</td></tr>"
        )
    return "".join(rows)


def write_report(
    path: Path,
    examples: Examples,
    before: Sequence[Weight],
    after: Sequence[Weight],
    results: dict[str, dict[str, Any]],
    curves: dict[str, list[dict[str, Any]]],
    penalty: float,
) -> None:
    """Write the report. Holds no text and no id of any conversation."""
    good = int(examples.labels.sum())
    sources = sorted(set(examples.sources))
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Resolution confidence: fit</title>
<style>{STYLE}</style></head><body>
<h1>Resolution confidence: what was learned</h1>
<p>{len(examples):,} conversations of {len(set(examples.customers)):,} customers,
{good:,} resolved and {len(examples) - good:,} not, from
{html.escape(", ".join(sources))}. Ridge logistic regression, penalty
{penalty:g}, chosen by cross-validation.</p>
<h2>Before and after</h2>
<p>"After" is measured on customers that the weights never saw. AUC: how often a
resolved conversation has the higher confidence of a pair. Brier: mean squared
error. ECE: how far confidence and reality lie apart.</p>
<table><tr><th>weights</th><th class="number">AUC</th><th class="number">Brier</th>
<th class="number">ECE</th><th class="number">mean confidence</th>
<th class="number">resolved</th></tr>{measures_rows(results)}</table>
<h2>Does 0.8 mean 0.8?</h2>
<figure>{reliability_plot(curves)}<figcaption>Confidence (across) against the share
really resolved (up), with 95 % intervals; grey before, blue after. On the line is
right; below it the confidence promises too much.</figcaption></figure>
<h2>Weight by weight</h2>
<table><tr><th>signal</th><th class="number">before</th><th class="number">after</th>
<th class="number">error</th><th class="number">shown in</th><th>in words</th></tr>
{weight_rows(before, after)}</table>
</body></html>
"""
    path.write_text(page, encoding="utf-8")
