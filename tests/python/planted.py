"""A simulated world in which one person's data stand wherever they could.

What is planted must reach no mart. The person has many conversations and names
herself in each of them: what one customer says, however often, is no label.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from marts import Project

EMAIL = "brunhilde.quarkson@secret-mail.example"
DEVICE = "dev-quarkson-7f3a"
PHONE = "+49 170 5550199"
SECOND_PHONE = "(0170) 555-0142"
CARD = "4111 1111 1111 1111"
SECOND_CARD = "5500005555555559"
NAMES = ("brunhilde", "quarkson", "xanthippe", "ottilie")
FRAGMENTS = ("purple submarine", "grandmother's attic")
# Said by a dozen customers: numbers and addresses are no labels then either.
OFTEN_PLANTED = ("0160 5550177", "hotline@secret-mail.example")
PLANTED = (
    EMAIL, DEVICE, PHONE, SECOND_PHONE, CARD, SECOND_CARD, *NAMES, *FRAGMENTS,
    *OFTEN_PLANTED,
    # without the signs between them
    "5550199", "5550142", "411111111111", "5550177", "secret-mail", "secret_mail",
)
SENTENCE = (
    "Brunhilde Quarkson here, this is Brunhilde Quarkson from the purple"
    f" submarine in my grandmother's attic. Call {PHONE} or {SECOND_PHONE}, write"
    f" to {EMAIL}, my card is {CARD}. Brunhilde Quarkson wants: "
)

# Values of vars that would break out of SQL, each with an effect to look for.
UNKNOWN_ID = "it's \"n/a\"; -- {{ none }} /* {# #} \\"
EVENT_NAME = "Opened 'Übersicht'; drop table x -- {{ page }} \\"
SCORE_NAME = "it's \\ a /* rating */"
EVALUATOR = "grader's {{ view }} -- \\"
TAG_PREFIX = "se's\\.%_{{("
GROUP_ID = "4'7; --"
METADATA_KEY = "ti\"cke't/ref~ {{ x }} \\"
PROPERTY_KEY = "pl\"an's/{{name}}"
PROPERTY_VALUE = "it's /* {{ 7 }} \\ here"
PATTERN = "(it|that)'s \\{\\{ no; -- jinja \\}\\}"
WORDS = "it's {{ no; -- jinja }}"
ACTION = "nasty's; --"
VARIABLES = {
    "trace_sources": ["langfuse"],
    "ticket_sources": ["zendesk"],
    "event_sources": ["mixpanel"],
    "unknown_customer_ids": ["unknown", UNKNOWN_ID],
    "page_view_names": ["Page Viewed", EVENT_NAME],
    "feedback_score_names": ["user_feedback", SCORE_NAME],
    "outcome_evaluators": ["helpfulness", EVALUATOR],
    # dbt itself renders a var that is one text, but none in a list
    "zendesk_session_tag_prefix": "{% raw %}" + TAG_PREFIX + "{% endraw %}",
    "zendesk_human_group_ids": [GROUP_ID],
    "langfuse_ticket_ref": [
        "metadata.ticket_id", f"metadata.{METADATA_KEY}",
    ],
    "changing_tool_names": "it's|^(cancel|refund)_\\{\\{",
    "zendesk_intent": ["custom_topic"],
}


def literal(value: object) -> str:
    """A value as SQL text."""
    return "'" + str(value).replace("'", "''") + "'"


def patched(column: str, added: str) -> str:
    """A JSON object with further keys; those alone where it is none."""
    return (
        f"case when json_valid({column}) and json_type({column}) = 'OBJECT'"
        f" then cast(json_merge_patch({column}, {literal(added)}) as varchar)"
        f" else {literal(added)} end"
    )


def text_in(column: str, key: str) -> str:
    """A text as the trace store logged it: plain or below a key."""
    return (
        f"case when json_valid({column})"
        f" then coalesce(json_extract_string({column}, '/{key}'), '')"
        f" else coalesce({column}, '') end"
    )


def person_sessions(project: Project) -> list[str]:
    """A dozen sessions of several customers that will be the person's."""
    return [
        row[0]
        for row in project.query(
            "select session_id from langfuse.traces where session_id is not null"
            " and user_id like 'cus_%' group by 1 order by 1 limit 14"
        )
    ]


def in_list(values: Iterable[object]) -> str:
    """Values as the inside of an SQL list."""
    return ", ".join(literal(value) for value in values)


def plant(project: Project) -> None:
    """Change the raw tables of a loaded world."""
    sessions = person_sessions(project)
    listed = in_list(sessions)
    plant_traces(project, sessions, listed)
    tickets = [
        row[0]
        for row in project.query(
            "select distinct json_extract_string(metadata, '/ticket_id')"
            f" from langfuse.traces where user_id = {literal(EMAIL)}"
            " and json_extract_string(metadata, '/ticket_id') is not null"
        )
    ]
    plant_tickets(project, in_list(tickets))
    plant_events(project)


def plant_traces(project: Project, sessions: list[str], listed: str) -> None:
    """Texts, names, ids, scores and tools of the trace store."""
    added = json.dumps({
        "agent_name": "Xanthippe Quarkson", "email": EMAIL, "note": SENTENCE,
    })
    tool = f"lookup_{EMAIL}"
    project.query(
        "update langfuse.traces set"
        f" user_id = {literal(EMAIL)},"
        f" name = 'chat with Brunhilde Quarkson',"
        f" metadata = {patched('metadata', added)},"
        f" input = json_object('role', 'user', 'content', {literal(SENTENCE)}"
        f" || {text_in('input', 'content')}),"
        f" output = json_object('output', 'Dear Brunhilde Quarkson, {CARD}. '"
        f" || {text_in('output', 'output')})"
        f" where session_id in ({listed})",
        # ids that are a person's own
        f"update langfuse.traces set session_id = {literal(EMAIL)}"
        f" where session_id = {literal(sessions[0])}",
        f"update langfuse.traces set session_id = 'whatsapp:{PHONE}'"
        f" where session_id = {literal(sessions[1])}",
        f"update langfuse.traces set session_id = {literal(EMAIL)} || '/2'"
        f" where session_id = {literal(sessions[2])}",
        "update langfuse.observations set trace_id = 'mail:' ||"
        f" {literal(EMAIL)} || substr(trace_id, 1, 4) where trace_id in (select id"
        f" from langfuse.traces where session_id = {literal(sessions[3])})",
        "update langfuse.traces set id = 'mail:' ||"
        f" {literal(EMAIL)} || substr(id, 1, 4)"
        f" where session_id = {literal(sessions[3])}",
        f"update langfuse.observations set name = {literal(tool)}"
        " where type = 'TOOL' and trace_id in (select id from langfuse.traces"
        f" where user_id = {literal(EMAIL)})",
        "update langfuse.scores set comment = "
        f"{literal(SENTENCE)}, name = 'as Ottilie Quarkson rates'"
        " where trace_id in (select id from langfuse.traces"
        f" where user_id = {literal(EMAIL)}) and name = 'helpfulness'",
        # rows that cannot be used
        "insert into langfuse.traces by name select * replace ("
        f"{literal(EMAIL)} as id, 'soon' as timestamp) from langfuse.traces"
        f" where user_id = {literal(EMAIL)} limit 1",
    )


def plant_tickets(project: Project, tickets: str) -> None:
    """Texts, subjects, tags, custom fields and users of the help desk."""
    ((user,),) = project.query(
        f"select min(requester_id) from zendesk.ticket where id in ({tickets})"
    )
    project.query(
        "update zendesk.ticket_comment set body = "
        f"{literal(SENTENCE)} || body, user_id = {user}"
        f" from zendesk.ticket where ticket.id = ticket_id"
        f" and ticket.requester_id = user_id and ticket_id in ({tickets})",
        "update zendesk.ticket_comment set body = 'Hello Brunhilde Quarkson, '"
        f" || body where ticket_id in ({tickets}) and user_id <> {user}",
        f"update zendesk.ticket set requester_id = {user},"
        f" submitter_id = {user}, subject = 'Brunhilde Quarkson {PHONE}',"
        f" description = {literal(SENTENCE)} || description,"
        f" via_source_from_address = {literal(EMAIL)} where id in ({tickets})",
        f"update zendesk.user set email = {literal(EMAIL)},"
        " name = 'Brunhilde Quarkson', external_id = null"
        f" where id = {user}",
        "insert into zendesk.ticket_tag by name select * replace ("
        "'brunhilde_quarkson' as tag) from zendesk.ticket_tag"
        f" where ticket_id in ({tickets})",
        "alter table zendesk.ticket add column custom_topic varchar",
        f"update zendesk.ticket set custom_topic = 'Quarkson family'"
        f" where id in ({tickets})",
        f"update zendesk.ticket set custom_topic = 'call {OFTEN_PLANTED[0]}'"
        f" where id not in ({tickets}) and id % 7 = 1",
        f"update zendesk.ticket set custom_topic = 'to {OFTEN_PLANTED[1]}'"
        f" where id not in ({tickets}) and id % 7 = 2",
        "update zendesk.ticket set custom_topic = 'Billing, in general'"
        f" where id not in ({tickets}) and id % 7 = 3",
    )


def plant_events(project: Project) -> None:
    """Names, pages and properties of product events."""
    properties = json.dumps({"email": EMAIL, "name": "Ottilie Quarkson"})
    page = f"https://app.example/billing/?email={EMAIL}&card={SECOND_CARD}"
    project.query(
        "insert into mixpanel.event by name select * replace ("
        "'planted-' || insert_id as insert_id,"
        f" {literal(EMAIL)} as distinct_id, {literal(DEVICE)} as device_id,"
        f" {literal(page)} as current_url,"
        f" {patched('properties', properties)} as properties)"
        " from mixpanel.event where insert_id is not null and device_id is not null"
        " order by insert_id limit 40",
        "update mixpanel.event set name = 'Saw Ottilie Quarkson'"
        " where insert_id in (select min(insert_id) from mixpanel.event"
        " where insert_id like 'planted-%')",
    )


def spoil_values(project: Project) -> None:
    """Rows by which the values of VARIABLES show that they mean themselves."""
    sessions = [
        row[0]
        for row in project.query(
            "select session_id from langfuse.traces where session_id is not null"
            " and user_id like 'cus_%' group by 1 order by 1 desc limit 6"
        )
    ]
    key = json.dumps({METADATA_KEY: "990001"})
    wanted = json.dumps({PROPERTY_KEY: PROPERTY_VALUE.upper()})
    project.query(
        f"update langfuse.traces set user_id = {literal(UNKNOWN_ID)}"
        f" where session_id in ({in_list(sessions[:2])})",
        f"update langfuse.traces set metadata = {literal(key)}"
        f" where session_id = {literal(sessions[2])}",
        f"update mixpanel.event set name = {literal(EVENT_NAME.upper())}"
        " where insert_id in (select insert_id from mixpanel.event"
        " where name = 'Page Viewed' order by insert_id limit 5)",
        f"update mixpanel.event set properties = {patched('properties', wanted)}"
        f" where name = {literal(EVENT_NAME.upper())}",
        f"update zendesk.ticket_comment set body = {literal(WORDS)}"
        " where id = (select min(ticket_comment.id)"
        " from zendesk.ticket_comment"
        " inner join zendesk.ticket on ticket.id = ticket_id"
        " and ticket.requester_id = user_id where public)",
        "insert into langfuse.scores by name select * replace ("
        f"'spoiled-1' as id, {literal(SCORE_NAME)} as name, 1.0 as value)"
        " from langfuse.scores where trace_id is not null limit 1",
        "insert into langfuse.scores by name select * replace ("
        f"'spoiled-2' as id, {literal(EVALUATOR)} as name, 0.9 as value)"
        " from langfuse.scores where trace_id is not null and name ="
        " 'helpfulness' limit 1",
        "insert into zendesk.ticket_tag by name select * replace ("
        f"{literal(TAG_PREFIX)} || 'named_session' as tag)"
        " from zendesk.ticket_tag order by ticket_id, tag limit 1",
        "insert into zendesk.ticket_tag by name select * replace ("
        "'se''s\\.xy{{(other' as tag)"
        " from zendesk.ticket_tag order by ticket_id desc, tag limit 1",
    )


# (seed, the row to copy, what is other in the copy)
SEED_ROWS = (
    (
        "downstream_actions",
        "action_id = 'update_card'",
        {
            "action_id": ACTION, "page_path": None, "event_name": "Page Viewed",
            "property_key": PROPERTY_KEY, "property_value": PROPERTY_VALUE,
            "label": "Nasty 'label'; -- {{ 1 }}",
        },
    ),
    (
        "message_signals",
        "signal = 'thanked'",
        {"pattern": PATTERN, "matches": WORDS, "must_not_match": "it is not"},
    ),
)


def spoil_seeds(project: Project) -> None:
    """Rows in loaded seeds whose texts would break out, if any could."""
    for seed, source, changes in SEED_ROWS:
        replaced = ", ".join(
            f"{'null' if value is None else literal(value)} as {column}"
            for column, value in changes.items()
        )
        project.query(
            f"insert into afterclose_intermediate.{seed} by name"
            f" select * replace ({replaced})"
            f" from afterclose_intermediate.{seed} where {source} limit 1"
        )


def check_values(count: Callable[[str, str], int]) -> None:
    """What the values of VARIABLES and of the seeds must have done.

    count  rows of a relation of the intermediate schema under a condition
    """
    name = literal(EVENT_NAME.upper())
    assert count("int_known_customer_keys", "customer_key like '%none%'") == 0
    assert count("int_product_events", f"event_name = {name}") == 0
    assert count("int_evaluations", "evaluator_name like '%rating%'") == 0
    assert count("int_evaluations", "evaluator_name like '%{{ view }}%'") == 1
    assert count("int_zendesk__ticket_tags", "session_ref = 'named_session'") == 1
    assert count("int_zendesk__ticket_tags", "session_ref is not null") == 1
    assert count("int_trace_sessions", "ticket_ref = '990001'") == 1
    assert count("int_action_events", f"action_id = {literal(ACTION)}") >= 1
    assert count(
        "int_message_scans where signals like '% thanked %' and message_id in ("
        "select message_id from afterclose_intermediate.int_message_texts",
        f"text = {literal(WORDS)})",
    ) == 1


def make_world(project: Project) -> Path:
    """Load a small world, planted and spoiled; nothing is built yet."""
    raw = project.simulate("--conversations", 300, "--weeks", 3, "--seed", 5)
    project.load(raw)
    plant(project)
    spoil_values(project)
    return raw
