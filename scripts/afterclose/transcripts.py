"""Labelled transcripts (JSON lines) -> raw tables as Langfuse exports them.

One line is one conversation:

    {"conversation_id": "c1", "resolved": 1, "messages": [
        {"role": "customer", "text": "My card fails", "ts": "2026-01-05T09:00:00Z"},
        {"role": "agent_tool", "text": "find_card"},
        {"role": "tool_result", "text": "ok"},
        {"role": "agent", "text": "I have unblocked it."}]}

`ts` may be absent: times are made up, in order.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import click

# What the four kinds of message are called; whatever else is left out.
ROLES = {
    "customer": ("customer", "user", "end_user"),
    "agent": ("agent", "ai_agent", "assistant", "ai", "bot"),
    "human": ("human", "human_agent", "representative"),
    "tool": ("agent_tool", "tool_call", "tool_use"),
    "result": ("tool_result", "tool_output", "tool"),
    "other_tool": ("customer_tool", "user_tool"),
    "silent": ("system", "developer", "note", "internal"),
}
KIND_OF_ROLE = {name: kind for kind, names in ROLES.items() for name in names}

# Marks with which simulated customers end a talk: ###STOP###. Nobody says them.
END_MARK = re.compile(r"###[A-Z_ -]+###")
FAILED = re.compile(r"^\s*(error|failed|failure|exception)\b", re.IGNORECASE)
HANDOFF_TOOL = re.compile(r"human|hand_?(off|over)|escalat|transfer_to_", re.I)

FIRST_DAY = datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
BETWEEN_MESSAGES = timedelta(seconds=20)
BETWEEN_CONVERSATIONS = timedelta(minutes=5)


@dataclass
class Message:
    """One message or call: kind as in ROLES, words or tool's name, UTC time."""

    kind: str
    text: str
    at: datetime
    is_error: bool = False


@dataclass
class Transcript:
    """One conversation and what its line says beside the messages."""

    conversation_id: str
    fields: dict[str, Any]
    messages: list[Message] = field(default_factory=list)

    @property
    def is_deflected(self) -> bool:
        """No human spoke and the agent called no human."""
        return not any(
            message.kind == "human"
            or (message.kind == "tool" and HANDOFF_TOOL.search(message.text))
            for message in self.messages
        )


class TranscriptError(click.ClickException):
    """A mistake in a file: which file, line and field, and how to mend it."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path.name}, line {line}: {problem}")


def parse_condition(text: str) -> tuple[str, str]:
    """FIELD=VALUE -> (field, value)."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.BadParameter(f"'{text}' is not FIELD=VALUE")
    return name.strip(), value.strip()


def same(value: Any, text: str) -> bool:
    """Whether a JSON value is meant by a word on the command line."""
    if isinstance(value, bool):
        return str(value).lower() == text.lower()
    return str(value) == text


class TranscriptReader:
    """Reads a file; counts what it had to leave out or make up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unknown_roles: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.seen: dict[str, int] = {}

    def read(self, conditions: list[tuple[str, str]]) -> list[Transcript]:
        """All conversations that fit the conditions. Raises TranscriptError."""
        found = []
        lines = 0
        for number, line in self._lines():
            lines += 1
            transcript = self._transcript(number, line, conditions, len(found))
            if transcript is not None:
                found.append(transcript)
        if not lines:
            raise click.ClickException(
                f"{self.path.name} has no lines; one JSON object per "
                "conversation is needed"
            )
        if not found:
            wanted = ", ".join("=".join(pair) for pair in conditions)
            raise click.ClickException(
                f"{self.path.name}: none of {lines} conversations fits {wanted}"
            )
        if not any(
            message.kind == "customer"
            for transcript in found
            for message in transcript.messages
        ):
            roles = ", ".join(sorted(self.unknown_roles)) or "none"
            raise click.ClickException(
                f"{self.path.name}: no message has the role 'customer' "
                f"(unknown roles: {roles})"
            )
        return found

    def _lines(self) -> Iterator[tuple[int, str]]:
        try:
            with self.path.open(encoding="utf-8-sig") as lines:
                for number, line in enumerate(lines, start=1):
                    if line.strip():
                        yield number, line
        except UnicodeDecodeError:
            raise click.ClickException(
                f"{self.path.name} is not UTF-8 text; a JSON-lines file is needed"
            ) from None

    def _transcript(
        self,
        number: int,
        line: str,
        conditions: list[tuple[str, str]],
        position: int,
    ) -> Transcript | None:
        """One line's conversation; None when a condition leaves it out."""

        def stop(problem: str) -> TranscriptError:
            return TranscriptError(self.path, number, problem)

        try:
            row = json.loads(line)
        except ValueError as problem:
            raise stop(f"not JSON ({problem}); write one object per line") from None
        if not isinstance(row, dict):
            raise stop("not a JSON object; write {\"conversation_id\": ...}")
        identity = row.get("conversation_id")
        if not isinstance(identity, (str, int)) or str(identity).strip() == "":
            raise stop("field conversation_id is missing; give each line its own")
        identity = str(identity)
        if identity in self.seen:
            raise stop(
                f"field conversation_id: '{identity}' is also on line "
                f"{self.seen[identity]}; give each line its own"
            )
        self.seen[identity] = number
        fields = {key: value for key, value in row.items() if key != "messages"}
        for name, wanted in conditions:
            if name not in fields:
                raise stop(
                    f"field {name}, which --where asks for, is missing; "
                    f"there are: {', '.join(fields)}"
                )
        if not all(same(fields[name], wanted) for name, wanted in conditions):
            return None
        messages = row.get("messages")
        if not isinstance(messages, list) or not messages:
            raise stop("field messages must be a list of {role, text}")
        transcript = Transcript(identity, fields)
        start = FIRST_DAY + position * BETWEEN_CONVERSATIONS
        has_times = any(
            isinstance(message, dict) and message.get("ts") is not None
            for message in messages
        )
        if not has_times:
            self.counts["conversations_without_times"] += 1
        previous: datetime | None = None
        open_calls: list[Message] = []
        for place, message in enumerate(messages):
            where = f"messages[{place}]"
            if not isinstance(message, dict):
                raise stop(f"{where} is no object; write {{role, text}}")
            at = self._time(message, where, has_times, previous, start, stop)
            previous = at
            self._add(transcript, message, where, at, open_calls, stop)
        return transcript

    def _time(self, message, where, has_times, previous, start, stop) -> datetime:
        """The message's time: never before the message above it."""
        stamp = message.get("ts")
        if stamp is None:
            if previous is None:
                return start
            if has_times:
                self.counts["messages_without_a_time"] += 1
            return previous + (
                timedelta(milliseconds=1) if has_times else BETWEEN_MESSAGES
            )
        at = parsed_time(stamp)
        if at is None:
            raise stop(
                f"field {where}.ts: '{stamp}' is no time; write "
                "2026-01-31T09:00:00Z or leave it out"
            )
        if previous is not None and at < previous:
            self.counts["messages_out_of_order"] += 1
            return previous
        return at

    def _add(self, transcript, message, where, at, open_calls, stop) -> None:
        """Add what a message says to its transcript."""
        role = message.get("role")
        if not isinstance(role, str):
            raise stop(f"field {where}.role is missing; write customer or agent")
        text = message.get("text")
        if text is None:
            text = message.get("content")
        if text is not None and not isinstance(text, str):
            raise stop(f"field {where}.text must be text")
        kind = KIND_OF_ROLE.get(role.strip().lower())
        if kind is None:
            self.unknown_roles[role] += 1
            return
        text = END_MARK.sub("", text or "").strip()
        if kind in ("tool", "other_tool"):
            call = Message(kind, text or "unnamed", at)
            open_calls.append(call)
            if kind == "tool":
                transcript.messages.append(call)
        elif kind == "result":
            if open_calls:
                open_calls.pop(0).is_error = bool(FAILED.search(text))
        elif kind in ("customer", "agent", "human") and text:
            if kind == "human":
                self.counts["human_messages"] += 1
            transcript.messages.append(Message(kind, text, at))


def parsed_time(stamp: Any) -> datetime | None:
    """A UTC time out of ISO text or seconds since 1970; None when it is none."""
    try:
        if isinstance(stamp, (int, float)) and not isinstance(stamp, bool):
            seconds = stamp / 1000 if stamp > 1e11 else stamp
            return datetime.fromtimestamp(seconds, timezone.utc)
        at = datetime.fromisoformat(str(stamp).strip().replace("Z", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return None
    return (
        at.replace(tzinfo=timezone.utc)
        if at.tzinfo is None
        else at.astimezone(timezone.utc)
    )


# ------------------------------------------------------------------ raw tables

TRACES = (
    "id", "timestamp", "name", "environment", "metadata", "user_id",
    "session_id", "release", "version", "input", "output", "created_at",
    "updated_at",
)
OBSERVATIONS = (
    "id", "trace_id", "parent_observation_id", "type", "name", "level",
    "input", "output", "start_time", "end_time", "created_at", "updated_at",
    "usage_details", "cost_details", "total_cost",
)


@dataclass
class Turn:
    """One run of the agent: what was asked, the tools called, what was answered."""

    asked: Message | None = None
    tools: list[Message] = field(default_factory=list)
    answered: Message | None = None

    @property
    def times(self) -> list[datetime]:
        """Times of all that happened in the run, in order."""
        parts = [self.asked, *self.tools, self.answered]
        return [part.at for part in parts if part is not None]


def turns_of(transcript: Transcript) -> list[Turn]:
    """The transcript as runs of the agent; what humans say is no run's."""
    turns = [Turn()]
    for message in transcript.messages:
        now = turns[-1]
        if message.kind == "customer":
            if now.times:
                turns.append(Turn())
            turns[-1].asked = message
        elif message.kind == "tool":
            if now.answered is not None:
                turns.append(Turn())
            turns[-1].tools.append(message)
        elif message.kind == "agent":
            if now.answered is not None:
                turns.append(Turn())
            turns[-1].answered = message
    return [turn for turn in turns if turn.times]


def raw_rows(
    transcripts: list[Transcript],
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Rows of Langfuse's tables traces and observations (layout legacy)."""
    traces, observations = [], []
    for transcript in transcripts:
        session = transcript.conversation_id
        for number, turn in enumerate(turns_of(transcript)):
            run = f"{session}/{number:04d}"
            began, ended = text_of(turn.times[0]), text_of(turn.times[-1])
            asked = turn.asked.text if turn.asked else None
            answered = turn.answered.text if turn.answered else None
            asked = None if asked is None else json.dumps({"content": asked})
            answered = (
                None if answered is None else json.dumps({"content": answered})
            )
            # A session called like its customer would be hashed.
            customer = f"{session}/customer"
            traces.append((
                run, began, "agent", "production", "{}", customer, session, None,
                None, asked, answered, ended, ended,
            ))
            observations.append((
                f"{run}/run", run, None, "SPAN", "agent", "DEFAULT", asked,
                answered, began, ended, ended, ended, None, None, None,
            ))
            for place, tool in enumerate(turn.tools):
                at = text_of(tool.at)
                observations.append((
                    f"{run}/tool{place:03d}", run, f"{run}/run", "TOOL",
                    tool.text, "ERROR" if tool.is_error else "DEFAULT", None,
                    None, at, at, ended, ended, None, None, None,
                ))
    return traces, observations


def text_of(at: datetime) -> str:
    """A time as Langfuse's export writes it."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def longest_silence(transcripts: list[Transcript]) -> timedelta:
    """The longest time between two messages of one conversation."""
    gaps = [
        later.at - earlier.at
        for transcript in transcripts
        for earlier, later in zip(transcript.messages, transcript.messages[1:])
    ]
    return max(gaps, default=timedelta())


def last_time(transcripts: list[Transcript]) -> datetime:
    """The newest time of all messages."""
    return max(
        message.at
        for transcript in transcripts
        for message in transcript.messages
    )
