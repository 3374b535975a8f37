"""Nothing about a person reaches a mart, a log, an artifact or another's SQL.

One world is built, with data planted wherever they could stand (planted.py) and
with vars and seeds full of signs that mean something in SQL and Jinja.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator

import planted
import pytest
from conftest import Run, last_json
from marts import MARTS, SCRIPTS_DIR, Project, succeed
from planted import VARIABLES, literal

ADDRESS = re.compile(r"[^@\s|:]+@[^@\s|:]+\.[a-z]{2,}", re.IGNORECASE)
TELEPHONE = re.compile(r"\+\d[\d ().-]{7,}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The world, built once with a salt that the build made by itself."""
    project = Project(tmp_path_factory.mktemp("privacy"))
    project.write_papers()
    planted.make_world(project)
    debug = ["--log-level-file", "debug"]
    succeed(project.dbt("seed", *debug, variables=VARIABLES))
    planted.spoil_seeds(project)
    succeed(project.dbt("run", *debug, variables=VARIABLES))
    return project


def texts(project: Project) -> Iterator[tuple[str, str]]:
    """(mart.column, value) of every distinct text in the marts."""
    for mart, column in project.query(
        "select table_name, column_name from information_schema.columns"
        f" where table_schema = '{MARTS}' and data_type = 'VARCHAR'"
        " order by 1, 2"
    ):
        for (value,) in project.query(
            f'select distinct "{column}" from {MARTS}."{mart}"'
            f' where "{column}" is not null'
        ):
            yield f"{mart}.{column}", value


def written(project: Project) -> Iterator[tuple[str, str]]:
    """(name, content) of every log and artifact of the builds."""
    for name in ("logs", "target", "target_of_other_vars"):
        for path in sorted((project.folder / name).rglob("*")):
            if path.is_file() and path.name != "partial_parse.msgpack":
                yield path.name, path.read_text("utf-8", errors="replace")
            elif path.is_file():
                yield path.name, path.read_bytes().decode("latin-1")


def salt_of(project: Project) -> str:
    """The secret."""
    ((salt,),) = project.query(
        "select salt from afterclose_intermediate.customer_salt"
    )
    return salt


def test_the_plants_are_in_the_warehouse(built: Project) -> None:
    """Else the other tests would find nothing by right."""
    bodies = " ".join(
        row[0].lower()
        for row in built.query(
            "select body from afterclose_intermediate.int_messages"
            " where body is not null"
        )
    )
    for one in (planted.EMAIL, planted.PHONE, *planted.FRAGMENTS, "quarkson"):
        assert bodies.count(one) >= 12
    ((customers, conversations),) = built.query(
        "select count(distinct customer_id), count(*)"
        " from afterclose_intermediate.int_conversations"
        f" where customer_id like '%{planted.EMAIL}'"
    )
    assert customers == 1
    assert conversations >= 12


def test_no_mart_holds_what_was_planted(built: Project) -> None:
    found = {
        (where, value)
        for where, value in texts(built)
        for one in planted.PLANTED
        if one in value.lower()
    }
    assert found == set()


def test_no_mart_holds_an_address_a_number_or_a_raw_key(built: Project) -> None:
    keys = {
        row[0]
        for row in built.query(
            "select key_value from afterclose_intermediate.int_known_customer_keys"
            " union select customer_key"
            " from afterclose_intermediate.int_known_customer_keys"
        )
    }
    found = {
        (where, value)
        for where, value in texts(built)
        if ADDRESS.search(value) or TELEPHONE.search(value)
        or value.lower() in keys
        or value.lower().partition(":")[2].partition("#")[0] in keys
    }
    assert found == set()


def test_ids_of_customers_are_hashed_with_the_salt(built: Project) -> None:
    def hashed(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    salt = salt_of(built)
    shown = {
        row[0]
        for row in built.query(f"select customer_id from {MARTS}.conversations")
    }
    own = {
        row[0]
        for row in built.query(
            "select customer_id from afterclose_intermediate.int_conversations"
            " where customer_id is not null"
        )
    }
    assert shown - {None} == {hashed(salt + hashed(salt + one)) for one in own}
    guesses = own | {one.partition(":")[2] for one in own}
    assert not shown & {
        made(one.encode()).hexdigest()
        for one in guesses for made in (hashlib.md5, hashlib.sha256)
    }


def test_labels_that_several_customers_use_are_shown(built: Project) -> None:
    labels = {
        row[0] for row in built.query(f"select intent_label from {MARTS}.intents")
    }
    assert "Billing, in general" in labels
    assert built.query(
        f"select distinct agent_name from {MARTS}.conversations"
        " where agent_name is not null"
    ) == [("support-agent",)]


def test_no_log_or_artifact_holds_the_salt_or_a_row(built: Project) -> None:
    built.query(
        "insert into afterclose_intermediate.message_signals by name"
        f" select * replace ('(' as signal, {literal(planted.SENTENCE)} as matches)"
        " from afterclose_intermediate.message_signals limit 1"
    )
    failed = built.dbt(
        "test", "--select", "assert_every_signal_pattern_keeps_its_examples",
        "--log-level-file", "debug", variables=VARIABLES,
    )
    assert "FAIL 1" in failed.stdout
    built.query(
        "delete from afterclose_intermediate.message_signals where signal = '('"
    )
    salt = salt_of(built)
    assert len(salt) == 64
    (body,) = built.query(
        "select body from afterclose_intermediate.int_messages"
        " where length(body) > 40 order by message_id limit 1"
    )[0]
    secrets = (
        salt, body, planted.EMAIL, planted.PHONE, planted.CARD, *planted.NAMES,
        *planted.FRAGMENTS,
    )
    names = set()
    for name, content in written(built):
        names.add(name)
        lowered = content.lower()
        assert not [one for one in secrets if one.lower() in lowered], name
    assert {
        "dbt.log", "manifest.json", "run_results.json", "conversations.sql",
    } <= names


def test_values_of_vars_mean_themselves(built: Project) -> None:
    def count(relation: str, condition: str) -> int:
        return built.query(
            f"select count(*) from afterclose_intermediate.{relation}"
            f" where {condition}"
        )[0][0]

    planted.check_values(count)


def test_names_and_numbers_that_are_none_stop_before_any_sql(
    built: Project
) -> None:
    completed = built.dbt(
        "run", "--select", "int_data_edges",
        variables={
            **VARIABLES,
            "langfuse_schema": 'x"; drop schema langfuse; --',
            "min_sample": "30 or true",
            "settle_hours": None,
            "customer_salt": "a secret",
        },
    )
    assert completed.returncode != 0
    assert "4 things to mend" in completed.stdout
    for name in (
        "langfuse_schema", "min_sample", "settle_hours", "customer_salt"
    ):
        assert f"var {name} " in completed.stdout
    assert "./scripts/set_salt --stdin" in completed.stdout
    assert "START sql" not in completed.stdout


def test_a_salt_is_set_once_and_replaced_only_on_purpose(
    run_script: Run, query: Callable[..., list[tuple]]
) -> None:
    def salt() -> str:
        ((value,),) = query(
            "select salt from afterclose_intermediate.customer_salt"
        )
        return value

    made = run_script("set_salt")
    assert made.returncode == 0, made.stderr
    first = salt()
    assert re.fullmatch("[0-9a-f]{64}", first)
    assert first not in made.stdout + made.stderr
    refused = run_script("set_salt")
    assert refused.returncode == 1
    assert "every customer of the marts a new id: --replace" in (
        " ".join(refused.stderr.split())
    )
    assert run_script("set_salt", "--replace").returncode == 0
    assert salt() != first
    for given, code in (("too short", 1), ("it's \\ a given salt", 0)):
        completed = run_script("set_salt", "--replace", "--stdin", given=given)
        assert completed.returncode == code, completed.stderr
    assert salt() == given


# The last tests: they change the world that the others look at.


def mart_rows(project: Project) -> dict[str, dict[str, tuple]]:
    """{mart: {key: row}} of marts about single conversations."""
    return {
        mart: {
            row[0]: row[1:]
            for row in project.query(
                f"select {key}, * exclude ({key}) from {MARTS}.{mart}"
            )
        }
        for mart, key in {
            "conversations": "conversation_id",
            "issues": "issue_id",
            "instructions": "instruction_id",
            "escalations": "conversation_id",
            "recontacts": "recontact_id",
        }.items()
    }


def test_a_forgotten_customer_is_nowhere_and_stays_so(built: Project) -> None:
    before = mart_rows(built)
    theirs = {
        row[0]
        for row in built.query(
            "select conversation_id from afterclose_intermediate.int_conversations"
            f" where customer_id like '%{planted.EMAIL}'"
        )
    }
    # A ticket of somebody else in which a session of hers takes part loses it.
    touched = theirs | {
        row[0]
        for row in built.query(
            "select issues.conversation_id"
            " from afterclose_intermediate.int_conversation_issues as issues"
            " where issues.issue_id in (select shared.issue_id"
            " from afterclose_intermediate.int_conversation_issues as shared"
            " inner join afterclose_intermediate.int_conversations"
            " using (conversation_id) inner join"
            " afterclose_intermediate.int_trace_sessions using (trace_session_id)"
            f" where customer_external_id = {literal(planted.EMAIL)})"
        )
    }
    assert len(touched) < len(theirs) + 5
    # The same vars as before: dbt need not read the project again.
    built.environment["DBT_TARGET_PATH"] = str(
        built.folder / "target_of_other_vars"
    )
    forget = (SCRIPTS_DIR / "forget_customer", "--vars", json.dumps(VARIABLES))
    shown = built.run(*forget, f" {planted.EMAIL.upper()}", "--dry-run")
    assert "Nothing was written" in shown.stdout, shown.stderr
    assert mart_rows(built) == before
    unknown = built.run(*forget, "nobody@example.com", "--yes")
    assert unknown.returncode == 1
    assert "No customer has this key" in unknown.stderr

    done = last_json(built.run(*forget, planted.EMAIL, "--yes", "--json"))
    assert done["left"] == {}
    assert done["found"]["conversations"] == len(theirs)
    assert done["removed"]["afterclose.conversations"] == len(theirs)
    assert done["removed"]["afterclose_staging.stg_langfuse__traces"] > 0
    assert {
        "langfuse.traces", "mixpanel.event", "zendesk.ticket",
        "zendesk.ticket_comment", "zendesk.user",
    } <= set(done["raw"])

    # The next build, with everything loaded once more.
    built.query(
        "insert into langfuse.traces select * from langfuse.traces"
        f" where user_id = {literal(planted.EMAIL)}",
    )
    succeed(built.dbt("run", variables=VARIABLES))
    personal = (
        planted.EMAIL, planted.PHONE, planted.SECOND_PHONE, planted.CARD,
        planted.DEVICE, *planted.NAMES, *planted.FRAGMENTS,
    )
    holding = {
        f"{schema}.{name}": row[0]
        for schema in (MARTS, "afterclose_staging", "afterclose_intermediate")
        for name in built.tables(schema)
        for row in built.query(
            f"select whole from (select lower(cast(row_of as varchar)) as whole"
            f' from {schema}."{name}" as row_of) where '
            + " or ".join(f"contains(whole, {literal(one)})" for one in personal)
            + " limit 1"
        )
    }
    assert holding == {}

    after = mart_rows(built)
    for mart, rows in before.items():
        others = {
            key: row for key, row in rows.items()
            if not any(one in touched for one in re.split("[>/]", key))
        }
        kept = {key: row for key, row in after[mart].items() if key in others}
        assert kept == others, mart
        assert not theirs & {one for key in after[mart] for one in re.split("[>/]", key)}
    assert built.query(
        f"select count(*) from {MARTS}.row_accounting group by source_name,"
        " table_name having sum(case when fate = 'raw' then row_count end)"
        " <> sum(case when fate in ('used', 'older_version', 'quarantined',"
        " 'forgotten') then row_count end)"
    ) == []
    again = built.run(*forget, planted.EMAIL, "--dry-run")
    assert "was forgotten before" in again.stdout
