"""Settings of a company that changed all that can be changed.

Whoever edits a var runs the unit tests with the next `dbt build`. A test that
rests on a default must name it in its overrides, or it fails there.
"""

from __future__ import annotations

from typing import Any

import yaml

from afterclose.venv import PROJECT_DIR

OTHER_VALUES = {
    "reporting_timezone": "America/New_York",
    "as_of": "2026-02-01 00:00:00",
    "conversation_idle_hours": 12,
    "resolution_anchor": "ticket_close",
    "settle_hours": 240,
    "unknown_customer_ids": ["nobody"],
    "bi_role": "nobody",
    "link_within_minutes": 20,
    "duplicate_message_minutes": 2,
    "recontact_window_hours": 24,
    "same_issue_similarity": 0.4,
    "min_sample": 50,
    "slice_limit": 0.1,
    "confidence_threshold": 0.5,
    "intent_min_margin": 0.05,
    "refit_stability_limit": 0.4,
    "refit_unclassified_limit": 0.4,
    "repeated_question_similarity": 0.6,
    "repeated_answer_similarity": 0.6,
    "calibration_gap_limit": 0.2,
    "changing_tool_names": "^none$",
    "outcome_evaluators": ["mine"],
    "session_grace_minutes": 10,
    "page_view_names": ["Screen Opened"],
    "logged_input_keys": ["prompt"],
    "logged_output_keys": ["reply"],
    "feedback_score_names": ["stars"],
    "feedback_worst": 1,
    "feedback_best": 5,
}
# What decides which models there are, or names what a warehouse holds.
LEFT_ALONE = {
    "trace_sources", "ticket_sources", "event_sources",
    "absent_tables", "absent_columns", "refit_intents", "intent_sample",
    "embedding_model", "spark_grants",
}
LEFT_ALONE_OF_A_TOOL = (
    "_schema", "_layout", "_written_at", "_loaded_at", "_event_tables",
    "_event_columns",
)
NOWHERE = "cast(null as varchar)"


def other_settings() -> dict[str, Any]:
    """Each var of dbt_project.yml, except the switches, with another value.

    Raises LookupError for a var that nobody gave another value.
    """
    text = (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
    defaults = yaml.safe_load(text)["vars"]
    tools = {name.removesuffix("_schema") for name in defaults
             if name.endswith("_schema")}
    return {
        name: other_value(name, default, tools)
        for name, default in defaults.items()
        if name not in LEFT_ALONE
        and not (tool_of(name, tools) and name.endswith(LEFT_ALONE_OF_A_TOOL))
    }


def tool_of(name: str, tools: set[str]) -> str | None:
    """The tool to which a var belongs, if it belongs to one."""
    return next((tool for tool in tools if name.startswith(f"{tool}_")), None)


def other_value(name: str, default: Any, tools: set[str]) -> Any:
    """A value that the var accepts and that is not its default."""
    if name in OTHER_VALUES:
        return OTHER_VALUES[name]
    tool = tool_of(name, tools)
    if not tool:
        raise LookupError(f"give the var {name} another value in OTHER_VALUES")
    if name.startswith(f"{tool}_is_"):
        return "1 = 0"
    if name.endswith("_timezone"):
        return "Asia/Tokyo"
    if name.endswith("_prefix"):
        return "another:"
    if name.endswith(("_group_ids", "_done_statuses")):
        return ["77"]
    return [NOWHERE] if isinstance(default, list) else NOWHERE
