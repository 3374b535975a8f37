"""What an AI agent's runs were, whichever trace store records them.

Drawn from dice of their own, so that every trace store tells of the same
runs: the same keys, costs, failures and verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from .plan import Plan
from .records import Customer, Message, Session, Thread, Turn

AGENT = "support-agent"
VERSIONS = ("1.8.2", "2.0.0")
MODEL = "gpt-4o-mini-2024-07-18"
SYSTEM_PROMPT = (
    "You are Ava, the support assistant of Lumenly. Answer briefly and"
    " hand over to a colleague when you cannot help."
)
DOLLARS_PER_INPUT_TOKEN = 0.15e-6
DOLLARS_PER_OUTPUT_TOKEN = 0.6e-6
DOLLAR_DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on a run: an evaluator's or, as a thumb, the customer's.

    ``kind`` is number (``value`` from 0 to 1), category (``word``) or thumb
    (``value`` 1 or 0).
    """

    key: str
    name: str
    kind: str
    at: int
    value: float | None = None
    word: str | None = None


@dataclass(slots=True)
class AgentRun:
    """One run of the agent: one turn of a session.

    ``key`` is 32 hexadecimal digits, ``root_key`` 16. ``answered`` is None
    when the run gave no answer. ``history`` is what the model was given:
    (system, user or assistant; text), the customer's new words last.
    """

    key: str
    root_key: str
    asked: str
    answered: str | None
    is_chat: bool
    version: str
    started_at: int
    ended_at: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    has_tool: bool
    is_tool_error: bool
    is_failed: bool
    history: list[tuple[str, str]]
    judgements: list[Judgement] = field(default_factory=list)

    @property
    def second_key(self) -> str:
        """Return the key of the model call inside the run."""
        return f"{int(self.root_key, 16) ^ 1:016x}"

    @property
    def third_key(self) -> str:
        """Return the key of the tool call inside the run."""
        return f"{int(self.root_key, 16) ^ 2:016x}"


@dataclass(slots=True)
class SessionLog:
    """One session as the agent's developers log it.

    ``customer_id``, ``device`` and ``email`` are None where the agent does
    not know them; ``ticket_number`` where it does not name the ticket.
    """

    session_id: str
    thread_key: str
    channel: str
    is_test: bool
    customer_id: str | None = None
    device: str | None = None
    email: str | None = None
    ticket_number: int | None = None
    is_nameless: bool = False
    runs: list[AgentRun] = field(default_factory=list)
    # A verdict on the session as a whole, on no single run.
    judgement: Judgement | None = None


def session_logs(plan: Plan, thread: Thread) -> list[SessionLog]:
    """Return the thread's sessions with their runs up to the horizon.

    The dice fall before the cut is looked at: an earlier look at the same
    world holds the same runs, fewer of them.
    """
    rng = Random(f"{plan.seed}/{thread.key}/runs")
    return [
        _session_log(plan, rng, thread, session) for session in thread.sessions
    ]


def _session_log(
    plan: Plan, rng: Random, thread: Thread, session: Session
) -> SessionLog:
    customer = thread.customer
    log = SessionLog(
        session.session_id, thread.key,
        thread.ticket.channel if thread.ticket else "chat",
        customer.keys == "internal",
    )
    _name_customer(log, customer, plan.has_events, rng.random() < 0.3)
    if (
        session.carried_by in ("ticket_id", "session_id")
        and customer.keys == "plain" and rng.random() < 0.04
    ):
        log.customer_id, log.email, log.is_nameless = None, None, True
    if session.carried_by == "ticket_id":
        log.ticket_number = thread.ticket.number
    for turn in session.turns:
        run = _agent_run(plan, rng, thread, turn)
        if run.ended_at <= plan.horizon:
            log.runs.append(run)
    luck = rng.random()
    if log.runs and plan.dirt and luck < 0.004:
        log.judgement = Judgement(
            f"{thread.key}-session", "helpfulness", "number",
            log.runs[0].started_at + 1, 0.7,
        )
    return log


def _name_customer(
    log: SessionLog, customer: Customer, has_events: bool, has_email: bool
) -> None:
    """Write down the customer by the keys that the agent knows."""
    if customer.keys == "unlinkable":
        return
    if customer.keys == "email_only_traces":
        log.email = customer.email
    elif customer.keys == "anonymous_traces" and has_events:
        log.device = customer.device
    else:
        log.customer_id = customer.customer_id
        if has_email or customer.keys in ("email_only_desk", "two_desk_users"):
            log.email = customer.email


def _agent_run(
    plan: Plan, rng: Random, thread: Thread, turn: Turn
) -> AgentRun:
    key, root_key = f"{rng.getrandbits(128):032x}", f"{rng.getrandbits(64):016x}"
    failure, extra, verdict, delay, height = (rng.random() for _ in range(5))
    started_at = turn.asked.at + turn.skew
    ended_at = started_at + 1
    if turn.answered:
        ended_at = max(turn.answered.at + turn.skew, started_at)
    history = [("system", SYSTEM_PROMPT)] + [
        ("user" if message.role == "customer" else "assistant",
         message.text or "")
        for message in _known_by(turn)
        if message is turn.asked or (message.is_public and message.text)
    ]
    input_tokens = 350 + sum(len(text) for _, text in history) // 4
    if turn.has_tool:
        input_tokens += 180 + int(extra * 200)
    output_tokens = 12 + len(turn.answered.text) // 4 if turn.answered else 5
    run = AgentRun(
        key=key,
        root_key=root_key,
        asked=turn.asked.text or "",
        answered=turn.answered.text if turn.answered else None,
        is_chat=turn.asked.place == "chat",
        version=VERSIONS[started_at >= (plan.start + plan.end) // 2],
        started_at=started_at,
        ended_at=ended_at,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cost_usd=round(
            input_tokens * DOLLARS_PER_INPUT_TOKEN
            + output_tokens * DOLLARS_PER_OUTPUT_TOKEN,
            DOLLAR_DECIMALS,
        ),
        has_tool=turn.has_tool,
        is_tool_error=turn.is_error,
        is_failed=turn.answered is None and failure < 0.2,
        history=history,
    )
    if turn.answered:
        judgement = _judgement(run, thread, turn.answered, verdict, height)
        at = ended_at + 1 + int(delay * 20)
        if judgement and at <= plan.horizon:
            run.judgements.append(
                Judgement(f"{key}-{judgement[0]}", *judgement[:2], at,
                          *judgement[2:])
            )
    return run


def _known_by(turn: Turn) -> list[Message]:
    """Return the messages up to the one that the run is asked about.

    The customer may have written on before the run began to answer.
    """
    place = next(
        number for number, message in enumerate(turn.history, 1)
        if message is turn.asked
    )
    return turn.history[:place]


def _judgement(
    run: AgentRun, thread: Thread, answered: Message, verdict: float,
    height: float,
) -> tuple | None:
    """Let an evaluator judge some answers, and few customers click.

    Returns (name, kind, value, word), or None for most answers.
    """
    if verdict >= 0.37:
        return None
    went_well = any(
        conversation.is_really_resolved and answered in conversation.messages
        for conversation in thread.conversations
    )
    if verdict < 0.30:
        middle = 0.72 if went_well else 0.55
        value = min(1.0, max(0.0, middle + (height - 0.5) * 0.6))
        return "helpfulness", "number", round(value, 3), None
    if verdict < 0.34:
        word = "resolved" if went_well else "unresolved"
        return "resolution", "category", None, (
            "partially" if height < 0.2 else word
        )
    liked = height < (0.9 if went_well else 0.6)
    return "user_feedback", "thumb", float(liked), None
