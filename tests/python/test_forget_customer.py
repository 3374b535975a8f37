"""What forget_customer asks of a warehouse, on tables made by hand.

test_privacy.py erases a customer of a whole world.
"""

from __future__ import annotations

from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from marts import PROJECT_DIR
from spark_project import spark_environment

from afterclose import forget_customer
from afterclose.forget_customer import Person, Tables, find_customer
from afterclose.set_salt import replace_rows, write_salt
from afterclose.warehouse import open_warehouse

KEYS = ("o'brien@example.com", "a\\b'c", "it''s ${spark.app.name}", '"quoted"')


def use_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the scripts at empty warehouses in a folder."""
    example = (PROJECT_DIR / "profiles.yml.example").read_text()
    (folder / "profiles.yml").write_text(example)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(folder))
    monkeypatch.setenv("AFTERCLOSE_DUCKDB_PATH", str(folder / "warehouse.duckdb"))


def write_customers(tables: Tables) -> None:
    """A customer for each key, and the salt of the marts."""
    for name, columns, row in (
        ("int_customers", ("customer_id", "source_name", "customer_key"),
         lambda key: (f"email:{key}", "desk", f"email:{key}")),
        ("int_known_customer_keys", ("source_name", "customer_key", "key_value"),
         lambda key: ("desk", f"email:{key}", key)),
    ):
        replace_rows(
            tables.warehouse, tables.intermediate, name, columns,
            [row(key) for key in KEYS],
        )
    write_salt(tables.warehouse, "a salt that is long enough")


def asked_on(engine: str) -> tuple[dict[str, tuple], str]:
    """{key: (customer found by it, its rows by search, its rows by list)}, and what
    is said of a table that is not there."""
    with open_warehouse(engine) as warehouse:
        tables = Tables(warehouse)
        write_customers(tables)
        with pytest.raises(click.ClickException) as refused:
            tables.ask("select * from {int}.int_tickets")
        return {
            key: (
                find_customer(tables, key),
                tables.rows_with(
                    tables.intermediate, "int_known_customer_keys", {key}
                ),
                tables.ask(
                    "select count(*) from {int}.int_known_customer_keys"
                    f" where key_value in ({tables.listed([key, 'nobody'])})"
                )[0][0],
            )
            for key in KEYS
        }, refused.value.message


@pytest.fixture(scope="module", params=["duckdb", "spark"])
def answers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, tuple], str]:
    """What an engine answers, asked once."""
    folder = tmp_path_factory.mktemp("answers")
    with pytest.MonkeyPatch.context() as monkeypatch:
        use_folder(folder, monkeypatch)
        if request.param == "spark":
            for name, value in spark_environment(folder).items():
                monkeypatch.setenv(name, value)
        # A session of Spark would hold its catalog until the tests end.
        with get_context("spawn").Pool(1) as pool:
            return pool.apply(asked_on, (request.param,))


def test_a_key_means_itself_whatever_signs_it_has(
    answers: tuple[dict[str, tuple], str]
) -> None:
    found, _ = answers
    assert found == {key: (f"email:{key}", 1, 1) for key in KEYS}


def test_a_table_that_a_build_did_not_reach_is_named_in_one_line(
    answers: tuple[dict[str, tuple], str]
) -> None:
    _, said = answers
    assert "int_tickets" in said
    assert "\n" not in said


def write_raw(tables: Tables) -> None:
    """A row for each type of column in which a key may stand."""
    tables.warehouse.create_table("desk", "ticket", {
        "requester_id": "BIGINT", "priority": "BIGINT", "owner": "DOUBLE",
        "via": "JSON", "followers": "VARCHAR[]", "copied": "BIGINT[]",
        "created_at": "TIMESTAMP",
        "is_public": "BOOLEAN", "price": "DECIMAL(5,2)",
    })
    tables.warehouse.insert(
        "desk", "ticket",
        "select * from (values"
        " (17, 1, 360001234567.0, '{\"from\": \"Ann@example.com\"}'::json,"
        " ['bob@example.com', 'x'], [5], timestamp '2026-01-05 12:00:00', true, 1.5),"
        " (18, 17, null, null, [], [], null, false, null)) as given (requester_id,"
        " priority, owner, via, followers, copied, created_at, is_public, price)",
    )


@pytest.fixture(params=["duckdb", "postgres"])
def raw_tables(
    request: pytest.FixtureRequest, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Tables]:
    """The raw table on an engine."""
    use_folder(tmp_path, monkeypatch)
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        database = server.create_database("C")
        for name, value in server.environment(database).items():
            monkeypatch.setenv(name, value)
    with open_warehouse(request.param) as warehouse:
        tables = Tables(warehouse)
        write_raw(tables)
        yield tables


@pytest.mark.parametrize(("key", "rows"), [
    ("17", 1),  # not the priority of another ticket
    ("18", 1),
    ("1", 0),
    ("360001234567", 1),
    ("36000123456", 0),
    ("99999999999999999999", 0),
    ("ann@example.com", 1),
    ("bob@example.com", 1),
    ("2026-01-05 12:00:00", 0),
    ("017", 0),
])
def test_keys_are_found_in_columns_of_all_types(
    raw_tables: Tables, key: str, rows: int
) -> None:
    assert raw_tables.rows_with("desk", "ticket", {key}) == rows


def test_nobody_is_forgotten_without_an_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list would stay empty, and the program would say that all is done."""
    use_folder(tmp_path, monkeypatch)
    with open_warehouse("duckdb") as warehouse:
        write_customers(Tables(warehouse))
    monkeypatch.setattr(
        forget_customer, "describe", lambda tables, customer_id: Person(customer_id)
    )
    refused = CliRunner().invoke(forget_customer.main, [KEYS[0], "--yes"])
    assert refused.exit_code == 1
    assert "No id of this customer is known" in refused.output
    with open_warehouse("duckdb", read_only=True) as warehouse:
        assert not warehouse.columns("afterclose_intermediate", "forgotten")
