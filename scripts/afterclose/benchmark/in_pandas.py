"""The five metrics in ordinary pandas, as an analyst would write them in a notebook.

Simpler than the build where pandas would be slow or long: sessions and tickets
are linked by name or start, a handoff is a human's message after the AI's,
confidence knows the words and neither tools nor scores, and two openings are
about the same issue by intent alone.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from afterclose.venv import PROJECT_DIR

SEEDS = PROJECT_DIR / "seeds"
# The seeds' patterns have groups that nobody asks for.
warnings.filterwarnings("ignore", message=".*has match groups.*")
EMPTY_TALK = ("only_greeting", "only_thanks", "only_confirmation", "auto_reply")
# Signal of the words -> signal of the confidence, for the customer's follow-ups.
FOLLOW_UPS = {
    "confirmed_fix": "customer_confirmed",
    "thanked": "thanked_after_last_answer",
    "not_fixed": "said_not_fixed",
    "confused": "confused_follow_up",
    "changed_request": "changed_request",
    "gave_up": "gave_up",
}
LAST_ANSWER = {
    "reported_done": "ends_with_a_report",
    "named_next_step": "ends_with_the_next_step",
    "offered_more_help": "ends_with_an_offer",
    "asked_customer": "ends_with_a_question",
    "could_not_help": "ends_with_a_refusal",
}


def utc(times: pd.Series) -> pd.Series:
    """Times of any spelling as naive UTC; what is no time is missing."""
    if times.dtype.kind != "M":
        times = pd.to_datetime(times, utc=True, format="ISO8601", errors="coerce")
    if times.dt.tz is not None:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return times.astype("datetime64[us]")


def words_of(payload: str | None) -> str | None:
    """What was said in a logged input or output."""
    if not payload or payload[0] not in '{"':
        return payload
    try:
        value = json.loads(payload)
        value = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return payload
    if value.get("messages"):
        value = value["messages"][-1]
    return value.get("content") or value.get("message") or value.get("output")


def read(connection: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    """The rows of a select."""
    return connection.execute(sql).df()


def newest(frame: pd.DataFrame, key: str | list[str], time: str) -> pd.DataFrame:
    """The newest version of each row."""
    return frame.sort_values(time).drop_duplicates(key, keep="last")


# -------------------------------------------------------------------- raw tables


def read_runs(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row per trace, with its two texts."""
    runs = read(
        connection,
        "select id as run_id, session_id, user_id, metadata, input, output,"
        " environment, timestamp, updated_at from langfuse.traces where id <> ''",
    )
    runs["started_at"] = utc(runs.pop("timestamp"))
    runs["updated_at"] = utc(runs.updated_at)
    runs = newest(runs.dropna(subset="started_at"), "run_id", "updated_at")
    roots = read(
        connection,
        "select trace_id as run_id, input as root_input, output as root_output,"
        " end_time from langfuse.observations where parent_observation_id is null",
    )
    roots["ended_at"] = utc(roots.pop("end_time"))
    runs = runs.merge(newest(roots, "run_id", "ended_at"), on="run_id", how="left")
    runs["session_id"] = runs.session_id.fillna(runs.run_id)
    runs["ended_at"] = runs.ended_at.fillna(runs.started_at)
    runs["customer_text"] = runs.input.fillna(runs.root_input).map(words_of, na_action="ignore")
    runs["agent_text"] = runs.output.fillna(runs.root_output).map(words_of, na_action="ignore")
    metadata = runs.metadata.fillna("").map(decoded)
    runs["ticket_ref"] = metadata.map(lambda value: value.get("ticket_id"))
    runs["email"] = metadata.map(lambda value: value.get("customer_email"))
    runs["is_test"] = runs.environment.isin(["test", "staging", "dev"])
    return runs


def decoded(metadata: str | None) -> dict:
    """Metadata, also where it was encoded twice."""
    value = json.loads(metadata) if metadata else {}
    return json.loads(value) if isinstance(value, str) else value


def read_accounts(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row per account of the help desk, with who it is."""
    accounts = read(
        connection,
        "select id as account_id, external_id, lower(email) as email, role, suspended,"
        " updated_at from zendesk.user",
    )
    accounts = newest(accounts, "account_id", "updated_at")
    bots = pd.read_csv(SEEDS / "ai_agents.csv")
    bots = bots[bots.source_name == "zendesk"].set_index("author_id").author_role
    roles = {"end-user": "customer", "agent": "human_agent", "admin": "human_agent"}
    accounts["author_role"] = (
        accounts.account_id.map(bots).fillna(accounts.role.map(roles))
    )
    return accounts


def read_tickets(
    connection: duckdb.DuckDBPyConnection, accounts: pd.DataFrame
) -> pd.DataFrame:
    """One row per ticket, with its requester and why it may not count."""
    tickets = read(
        connection,
        "select id as ticket_id, requester_id, submitter_id, via_channel, status,"
        " external_id as session_ref, merged_ticket_ids, created_at, updated_at"
        " from zendesk.ticket",
    )
    tickets = newest(tickets, "ticket_id", "updated_at")
    tickets["created_at"] = utc(tickets.created_at)
    tags = read(connection, "select ticket_id, tag from zendesk.ticket_tag")
    named = tags[tags.tag.str.startswith("session:")]
    named = named.drop_duplicates("ticket_id").set_index("ticket_id").tag.str[8:]
    tickets["session_ref"] = (
        tickets.ticket_id.map(named).fillna(tickets.session_ref).str.lower()
    )
    marked = tags[tags.tag.isin(["spam", "test", "closed_by_merge"])].ticket_id
    roles = accounts.set_index("account_id").author_role
    tickets["is_contact"] = ~(
        tickets.ticket_id.isin(marked)
        | tickets.status.eq("deleted")
        | (
            tickets.submitter_id.map(roles).eq("human_agent")
            & tickets.via_channel.isin(["email", "web", "api"])
        )
    )
    requesters = accounts[["account_id", "external_id", "email"]]
    return tickets.merge(
        requesters, left_on="requester_id", right_on="account_id", how="left"
    )


def read_desk_messages(
    connection: duckdb.DuckDBPyConnection, accounts: pd.DataFrame
) -> pd.DataFrame:
    """Comments and chat messages."""
    comments = read(
        connection,
        "select id, ticket_id, user_id as account_id, public as is_public, body,"
        " created as sent_at, _fivetran_synced as loaded_at"
        " from zendesk.ticket_comment where id is not null and created is not null",
    )
    comments = newest(comments, "id", "loaded_at")
    chats = read(
        connection,
        "select ticket_id, try_cast(replace(actor_id, 'agent:', '') as bigint)"
        " as account_id, true as is_public, message as body,"
        " created_at as sent_at, original_message like '%zd:answerBot%' as is_bot"
        " from zendesk.ticket_chat_event inner join (select chat_id,"
        " max(ticket_id) as ticket_id from zendesk.ticket_chat group by 1)"
        " using (chat_id) where type = 'ChatMessage'",
    )
    roles = accounts.set_index("account_id").author_role
    messages = pd.concat([comments, chats], ignore_index=True)
    messages["author_role"] = messages.account_id.map(roles).fillna("customer")
    messages.loc[messages.is_bot.eq(True), "author_role"] = "ai_agent"
    messages["sent_at"] = utc(messages.sent_at)
    return messages[["ticket_id", "author_role", "is_public", "body", "sent_at"]]


# ----------------------------------------------------------- threads and messages


def add_customers(
    connection: duckdb.DuckDBPyConnection,
    runs: pd.DataFrame,
    tickets: pd.DataFrame,
    accounts: pd.DataFrame,
) -> pd.Series:
    """Who wrote each run and ticket; device -> user, which tells it."""
    identified = read(
        connection,
        "select device_id, distinct_id from mixpanel.event where name = '$identify'",
    ).drop_duplicates("device_id")
    devices = identified.set_index("device_id").distinct_id
    emails = accounts.dropna(subset=["email", "external_id"]).drop_duplicates("email")
    emails = emails.set_index("email").external_id
    user = runs.user_id.str.replace("$device:", "", regex=False)
    runs["customer"] = (
        user.map(devices).fillna(user)
        .fillna(runs.email.map(emails)).fillna(runs.email)
    )
    tickets["customer"] = (
        tickets.external_id.fillna(tickets.email.map(emails)).fillna(tickets.email)
    )
    return devices


def link_sessions(runs: pd.DataFrame, tickets: pd.DataFrame) -> pd.Series:
    """Session -> ticket: either names the other, or one customer's begin together."""
    by_ticket = runs.dropna(subset="ticket_ref").drop_duplicates("session_id")
    by_ticket = by_ticket.set_index("session_id").ticket_ref.astype("int64")
    by_session = tickets.dropna(subset="session_ref").drop_duplicates("session_ref")
    by_session = by_session.set_index("session_ref").ticket_id
    named = pd.concat([by_ticket, by_session])
    named = named[named.isin(tickets.ticket_id)]
    sessions = runs[~runs.session_id.isin(named.index)].sort_values("started_at")
    sessions = sessions.dropna(subset="customer").drop_duplicates("session_id")
    free = tickets[~tickets.ticket_id.isin(named) & tickets.created_at.notna()]
    nearest = pd.merge_asof(
        sessions, free.dropna(subset="customer").sort_values("created_at"),
        left_on="started_at", right_on="created_at", by="customer",
        direction="nearest", tolerance=pd.Timedelta(minutes=10),
        suffixes=("", "_of_ticket"),
    ).dropna(subset="ticket_id").drop_duplicates("ticket_id")
    linked = pd.concat([named, nearest.set_index("session_id").ticket_id])
    return linked[~linked.index.duplicated()]


def all_messages(
    runs: pd.DataFrame, desk: pd.DataFrame, links: pd.Series
) -> pd.DataFrame:
    """Every message in its thread; what both systems carry once."""
    sides = [("customer", "customer_text", "started_at"),
             ("ai_agent", "agent_text", "ended_at")]
    traced = pd.concat(
        pd.DataFrame({
            "thread_id": runs.session_id.map(links).map(ticket_thread)
            .fillna(runs.session_id),
            "session_id": runs.session_id,
            "author_role": role, "is_public": True,
            "body": runs[text], "sent_at": runs[time],
        }).dropna(subset="body")
        for role, text, time in sides
    )
    desk = desk.assign(thread_id=desk.ticket_id.map(ticket_thread))
    messages = pd.concat([traced, desk], ignore_index=True)
    messages["folded"] = (
        messages.body.fillna("").str.lower().str.split().str.join(" ")
    )
    key = ["thread_id", "author_role", "folded"]
    messages["is_traced"] = messages.session_id.notna()
    messages = messages.sort_values("sent_at", kind="stable")
    messages["copy"] = messages.groupby([*key, "is_traced"]).cumcount()
    messages = messages.sort_values("is_traced", ascending=False, kind="stable")
    messages = messages.drop_duplicates([*key, "copy"])
    messages = messages[messages.is_public.fillna(True).astype(bool)]
    return messages.sort_values(
        ["thread_id", "sent_at"], kind="stable"
    ).reset_index(drop=True)


def ticket_thread(ticket_id: float) -> str | None:
    """The thread of a ticket."""
    return None if pd.isna(ticket_id) else f"ticket:{int(ticket_id)}"


def add_signals(messages: pd.DataFrame) -> pd.DataFrame:
    """A column per signal: whether the message's words show it."""
    patterns = pd.read_csv(SEEDS / "message_signals.csv")
    roles = {"any_agent": ["ai_agent", "human_agent"]}
    for (signal, role), rows in patterns.groupby(["signal", "author_role"]):
        mine = messages.author_role.isin(roles.get(role, [role]))
        pattern = "|".join(f"(?:{pattern})" for pattern in rows.pattern)
        messages[signal] = False
        messages.loc[mine, signal] = messages.folded[mine].str.contains(
            pattern, regex=True
        ).astype(bool)
    messages["is_substantive"] = (
        messages.author_role.eq("customer")
        & messages.folded.ne("")
        & ~messages[list(EMPTY_TALK)].any(axis=1)
    )
    return messages


def add_conversations(
    connection: duckdb.DuckDBPyConnection, messages: pd.DataFrame
) -> pd.DataFrame:
    """Cut threads where the customer wrote again after a close or a silence."""
    closes = read(
        connection,
        "select ticket_id, updated as closed_at from zendesk.ticket_field_history"
        " where field_name = 'status' and value = 'solved' and ticket_id is not null",
    )
    closes["thread_id"] = closes.ticket_id.map(ticket_thread)
    closes["closed_at"] = utc(closes.closed_at)
    closes = closes.dropna(subset="closed_at").sort_values("closed_at")
    asked = messages[messages.is_substantive].sort_values("sent_at")
    asked = pd.merge_asof(
        asked.reset_index(), closes[["thread_id", "closed_at"]],
        left_on="sent_at", right_on="closed_at", by="thread_id",
        allow_exact_matches=False,
    ).set_index("index")
    before = asked.groupby("thread_id").sent_at.shift()
    silence = messages.groupby("thread_id").sent_at.diff().loc[asked.index]
    is_ticket = asked.thread_id.str.startswith("ticket:")
    opens = before.isna() | np.where(
        is_ticket, asked.closed_at >= before, silence > pd.Timedelta(hours=24)
    )
    messages["opens"] = opens.reindex(messages.index, fill_value=False)
    number = messages.groupby("thread_id").opens.cumsum().clip(lower=1)
    messages["conversation_id"] = messages.thread_id + "#" + number.astype(str)
    return messages


# -------------------------------------------------------------------- the metrics


def intents_of(messages: pd.DataFrame, terms: Path) -> pd.Series:
    """Conversation -> intent, by the learned terms of its opening."""
    openings = messages[messages.opens].set_index("conversation_id").folded
    words = openings.str.findall(r"[^\W\d_]{2,}").explode().dropna()
    stop_words = set(pd.read_csv(SEEDS / "stop_words.csv").word)
    words = words[~words.isin(stop_words)]
    stems = {word: stemmed(word) for word in words.unique()}
    used = words.map(stems).rename("term").reset_index()
    used = used.value_counts(["conversation_id", "term"]).rename("times").reset_index()
    total = used.groupby("conversation_id").times.transform("sum")
    used["used"] = np.sqrt(used.times / total)
    learned = pd.read_parquet(terms)
    learned = learned.loc[learned.retired_at_fit.isna(), ["intent_id", "term", "weight"]]
    scores = used.merge(learned, on="term")
    scores["score"] = scores.used * scores.weight
    scores = scores.groupby(["conversation_id", "intent_id"]).score.sum().reset_index()
    scores = scores.sort_values("score", ascending=False)
    best = scores.groupby("conversation_id").head(1).set_index("conversation_id")
    second = scores.groupby("conversation_id").score.nth(1)
    second.index = scores.conversation_id.loc[second.index]
    lead = best.score - second.reindex(best.index).fillna(0).clip(lower=0)
    return best.intent_id.where(lead >= 0.03, "unclassified")


def stemmed(word: str) -> str:
    """A word without its English ending."""
    if word.endswith("ies") and len(word) >= 5:
        word = word[:-3] + "y"
    elif len(word) >= 5 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif len(word) >= 4 and word[-1] == "s" and word[-2] not in "sui":
        word = word[:-1]
    if word.endswith("ing") and len(word) >= 6:
        word = word[:-3]
    elif word.endswith("ed") and len(word) >= 5:
        word = word[:-2]
    if word.endswith("e") and len(word) >= 5:
        word = word[:-1]
    if len(word) >= 4 and word[-1] == word[-2] and word[-1] in "bdglmnprt":
        word = word[:-1]
    return word


def confidence_of(messages: pd.DataFrame) -> pd.Series:
    """Conversation -> how sure its words make that the problem was solved."""
    weights = pd.read_csv(SEEDS / "confidence_weights.csv").set_index("signal").weight
    by = messages.groupby("conversation_id")
    is_ai = messages.author_role.eq("ai_agent")
    first_answer = is_ai.groupby(messages.conversation_id).cumsum().gt(0)
    last_answer = messages.index == messages.index.to_series().where(is_ai).groupby(
        messages.conversation_id
    ).transform("max")
    length = messages.folded.str.len()
    shown = pd.DataFrame({
        **{to: messages[of] & first_answer for of, to in FOLLOW_UPS.items()},
        **{to: messages[of] & last_answer for of, to in LAST_ANSWER.items()},
        "agent_could_not_help": messages.could_not_help,
        "asked_for_several_things": messages.added_request & ~first_answer,
    }).groupby(messages.conversation_id).max().astype(float)
    shown["customer_text_length"] = np.log1p(
        length.where(messages.author_role.eq("customer"), 0)
        .groupby(messages.conversation_id).sum()
    )
    shown["agent_text_length"] = np.log1p(
        length.where(is_ai, 0).groupby(messages.conversation_id).sum()
    )
    shown["opening_length"] = np.log1p(length.groupby(messages.conversation_id).first())
    shown["last_message_unanswered"] = by.author_role.last().eq("customer").astype(float)
    logit = weights["bias"] + (shown * weights.reindex(shown.columns)).sum(axis=1)
    return 1 / (1 + np.exp(-logit))


def recontact_seconds(conversations: pd.DataFrame) -> pd.Series:
    """Conversation -> time to the next one about the same issue, within 72 hours."""
    known = conversations.dropna(subset="customer")
    columns = ["customer", "thread_id", "intent_id"]
    pairs = known.reset_index()[
        ["conversation_id", "resolved_at", *columns]
    ].merge(known[["opened_at", *columns]], on="customer", suffixes=("", "_next"))
    waited = (pairs.opened_at - pairs.resolved_at).dt.total_seconds()
    is_same = (pairs.thread_id == pairs.thread_id_next) | (
        (pairs.intent_id == pairs.intent_id_next) & (pairs.intent_id != "unclassified")
    )
    found = pairs.assign(waited=waited)[is_same & (waited > 0) & (waited <= 72 * 3600)]
    return found.groupby("conversation_id").waited.min()


def escalations_of(messages: pd.DataFrame) -> pd.Series:
    """Escalated conversation -> whether the customer had to explain again."""
    is_human = messages.author_role.eq("human_agent")
    ai_so_far = messages.author_role.eq("ai_agent").groupby(
        messages.conversation_id
    ).cumsum().gt(0)
    replies = messages[is_human & ai_so_far]
    replies = replies[replies.groupby("conversation_id").cumcount() < 3]
    again = pd.Series(False, index=replies.index)
    for kind in ("order_number", "email", "account", "error_text"):
        given = messages[f"gave_{kind}"].groupby(messages.conversation_id).cumsum().gt(0)
        again |= replies[f"asks_{kind}"] & given.loc[replies.index]
    again |= replies.asks_what_is_the_problem
    repeated = messages[messages.already_told & is_human.groupby(
        messages.conversation_id
    ).cumsum().gt(0)].conversation_id
    explained = again.groupby(replies.conversation_id).max()
    return explained | explained.index.isin(repeated)


def instructions_of(
    connection: duckdb.DuckDBPyConnection,
    messages: pd.DataFrame,
    conversations: pd.DataFrame,
    devices: pd.Series,
) -> pd.DataFrame:
    """Conversation -> instructions that could be watched, and those followed."""
    events = read(
        connection,
        "select name, distinct_id, current_url, time as occurred_at"
        " from mixpanel.event where time is not null",
    )
    events["customer"] = events.distinct_id.map(devices).fillna(events.distinct_id)
    path = events.current_url.str.replace(r"^https?://[^/]*|[?#].*$", "", regex=True)
    said = messages[messages.author_role.eq("ai_agent")]
    watched = []
    for action in pd.read_csv(SEEDS / "downstream_actions.csv").itertuples():
        told = said[said.folded.str.contains(action.keyword, regex=False)]
        told = told[told.folded.str.contains(action.pattern, regex=True)]
        told = told.groupby("conversation_id").sent_at.min().rename("told_at")
        told = conversations.join(told, how="inner").dropna(subset="customer")
        wanted = events.name == action.event_name
        if isinstance(action.page_path, str):
            wanted &= path == action.page_path
        seen = told.reset_index()[["conversation_id", "customer", "told_at"]].merge(
            events.loc[wanted, ["customer", "occurred_at"]], on="customer"
        )
        seen["after"] = (seen.occurred_at - seen.told_at).dt.total_seconds() / 3600
        already = seen[seen.after.between(-24, 0)].conversation_id
        done = seen[seen.after.between(0, 24, inclusive="right")].conversation_id
        told = told[~told.index.isin(already)]
        followed = told.index.isin(done) == (action.kind == "expected")
        watched.append(pd.DataFrame({"told": 1, "followed": followed}, told.index))
    return pd.concat(watched).groupby(level=0).sum()


def intent_weeks(
    connection: duckdb.DuckDBPyConnection, terms: Path
) -> pd.DataFrame:
    """The five metrics per intent and week."""
    runs = read_runs(connection)
    accounts = read_accounts(connection)
    tickets = read_tickets(connection, accounts)
    devices = add_customers(connection, runs, tickets, accounts)
    links = link_sessions(runs, tickets)
    desk = read_desk_messages(connection, accounts)
    messages = add_signals(all_messages(runs, desk, links))
    messages = add_conversations(connection, messages)

    is_answer = messages.author_role.isin(["ai_agent", "human_agent"])
    by = messages.groupby("conversation_id")
    conversations = pd.DataFrame({
        "thread_id": by.thread_id.first(),
        "opened_at": messages[messages.opens].groupby("conversation_id").sent_at.min(),
        "resolved_at": messages[is_answer].groupby("conversation_id").sent_at.max(),
        "last_at": by.sent_at.max(),
        "has_ai": messages.author_role.eq("ai_agent").groupby(
            messages.conversation_id).any(),
        "has_human": messages.author_role.eq("human_agent").groupby(
            messages.conversation_id).any(),
    })
    session_thread = runs.session_id.map(links).map(ticket_thread)
    thread_users = runs.customer.groupby(
        session_thread.fillna(runs.session_id)
    ).first()
    ticket_users = tickets.set_index(
        tickets.ticket_id.map(ticket_thread)
    ).customer.dropna()
    conversations["customer"] = conversations.thread_id.map(
        ticket_users
    ).fillna(conversations.thread_id.map(thread_users))
    tests = runs[runs.is_test].session_id
    out = set(tickets.ticket_id[~tickets.is_contact].map(ticket_thread)) | set(tests)
    conversations = conversations[
        conversations.opened_at.notna() & ~conversations.thread_id.isin(out)
    ].copy()
    conversations["intent_id"] = intents_of(messages, terms).reindex(
        conversations.index, fill_value="unclassified"
    )
    conversations["waited"] = recontact_seconds(conversations)
    conversations = conversations[conversations.has_ai].copy()

    data_as_of = min(runs.ended_at.max(), desk.sent_at.max())
    conversations["is_mature"] = (
        conversations.resolved_at + pd.Timedelta(hours=72) <= data_as_of
    ) & conversations.customer.notna()
    conversations["confidence"] = confidence_of(messages)
    conversations["reexplained"] = escalations_of(messages).astype(float)
    conversations[["told", "followed"]] = instructions_of(
        connection, messages, conversations, devices
    )
    mature = conversations.is_mature
    return conversations.assign(
        week_start_date=conversations.resolved_at.dt.to_period("W").dt.start_time,
        is_back=conversations.waited.notna() & mature,
        seconds=(
            conversations.resolved_at - conversations.opened_at
        ).dt.total_seconds().where(mature),
        waited=conversations.waited.where(mature),
        is_deflected=~conversations.has_human,
    ).groupby(["intent_id", "week_start_date"]).agg(
        eligible_conversations=("thread_id", "size"),
        mature_conversations=("is_mature", "sum"),
        recontacts=("is_back", "sum"),
        resolution_confidence=("confidence", "mean"),
        answered_escalations=("reexplained", "count"),
        reexplained=("reexplained", "sum"),
        instructions=("told", "sum"),
        followed_instructions=("followed", "sum"),
        deflected_conversations=("is_deflected", "sum"),
        median_time_to_resolution_seconds=("seconds", "median"),
        median_time_to_recontact_seconds=("waited", "median"),
    ).reset_index()
