"""dbt builds in a project of their own: nothing of the user's is touched."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from afterclose.benchmark.measures import Run, measured
from afterclose.benchmark.spark_tables import SparkTables
from afterclose.benchmark.terms import TERMS
from afterclose.demo import stamp_of
from afterclose.spark import NOT_INSTALLED, java_home
from afterclose.steps import StepFailed, dbt, run, script, timed
from afterclose.venv import PROJECT_DIR
from afterclose.warehouse import DuckDB, open_warehouse, text_literal

DATABASE = "afterclose_benchmark"
SCHEMA = "afterclose"
LEARNING = [
    "models/intermediate/intents",
    "scripts/afterclose/intent_model.py",
    "seeds/stop_words.csv",
]
# Tests say whether a build is right; they are no part of it.
NO_TESTS = (
    "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test",
)


class Builds:
    """The project with one warehouse, in the folder of the benchmark."""

    def __init__(
        self, folder: Path, engine: str, console: Console, name: str = "warehouse"
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.engine = engine
        self.console = console
        self.path = folder / f"{name}.duckdb"
        example = PROJECT_DIR / "profiles.yml.example"
        shutil.copy(example, folder / "profiles.yml")
        # dbt parses once for each engine and path.
        self.target = folder / f"target_{engine}_{name}"
        self.environment = {
            "DBT_PROFILES_DIR": str(folder),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(folder / "logs"),
            "AFTERCLOSE_DUCKDB_PATH": str(self.path),
            "AFTERCLOSE_POSTGRES_DATABASE": DATABASE,
        }
        # Spark's tables and their catalog.
        self.spark = folder / f"spark_{name}"
        if engine == "spark":
            self.environment["AFTERCLOSE_SPARK_WAREHOUSE"] = str(self.spark)
            home = java_home()
            if home:
                self.environment["JAVA_HOME"] = home

    @contextmanager
    def warehouse(self, read_only: bool = False) -> Iterator[DuckDB | SparkTables]:
        """The warehouse that dbt builds in; closed again for dbt."""
        if self.engine == "spark":
            with closing(SparkTables(self.spark, SCHEMA)) as tables:
                yield tables
            return
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            with open_warehouse(self.engine, read_only) as warehouse:
                yield warehouse
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def dbt(self, *arguments: object) -> list[str]:
        """The command line of dbt on this engine."""
        return dbt(*arguments, "--target", self.engine)

    # --------------------------------------------------------------- raw data

    def reset(self) -> None:
        """Nothing built, nothing loaded, ready for a first build."""
        if self.engine == "duckdb":
            for path in self.path.parent.glob(f"{self.path.name}*"):
                path.unlink()
            return
        if self.engine == "spark":
            shutil.rmtree(self.spark, ignore_errors=True)
        else:
            with self.warehouse() as warehouse:
                for schema in (SCHEMA, f"{SCHEMA}_staging", f"{SCHEMA}_intermediate"):
                    warehouse.query(f"drop schema if exists {schema} cascade")
        # Only a DuckDB file gets one from its first build.
        run(
            script("set_salt", "--target", self.engine),
            self.environment, self.console, "Give the warehouse a salt",
        )

    def load(self, raw: Path) -> float:
        """Put raw tables in the warehouse; the seconds it took."""
        started = time.monotonic()
        title = f"Load the raw tables into {self.path.stem}"
        with timed(self.console, title):
            run(
                script("load_raw", raw, "--target", self.engine),
                self.environment, self.console, title,
            )
        return round(time.monotonic() - started, 3)

    def keep_terms(self, path: Path) -> None:
        """Write what the build has learned to a file."""
        with self.warehouse(read_only=True) as warehouse:
            warehouse.query(
                f"copy {SCHEMA}_intermediate.{TERMS} to {text_literal(path)}"
            )

    def put_terms(self, path: Path) -> None:
        """A build finds what was learned before and keeps it."""
        command = [
            sys.executable, "-m", "afterclose.benchmark.terms", str(path),
            "--target", self.engine,
        ]
        environment = {
            **self.environment, "PYTHONPATH": str(PROJECT_DIR / "scripts"),
        }
        run(command, environment, self.console, "Put in place what was learned")

    # ----------------------------------------------------------------- builds

    def parse(self) -> Run:
        """Let dbt read the whole project, as before the very first build."""
        title = "Parse the project"
        with timed(self.console, title):
            return measured(
                self.dbt("--no-partial-parse", "parse"),
                self.environment, self.console, title,
            )

    def build(self, title: str, *arguments: str) -> dict[str, Any]:
        """One measured `dbt build`: its time, memory, and each model's part."""
        with timed(self.console, title):
            built = measured(
                self.dbt("build", *arguments), self.environment, self.console, title
            )
        results = json.loads((self.target / "run_results.json").read_text())
        models = [
            model_time(result)
            for result in results["results"]
            if result["unique_id"].startswith("model.")
        ]
        return summary(built, results["elapsed_time"], models)

    def count_rows(self, models: list[dict[str, Any]]) -> None:
        """Add the rows of each model; a view has none of its own."""
        # A view of Spark's has no files and is not among its tables.
        is_table = "" if self.engine == "spark" else " and table_type = 'BASE TABLE'"
        with self.warehouse(read_only=True) as warehouse:
            tables = {
                name: schema
                for schema, name in warehouse.query(
                    "select table_schema, table_name from information_schema.tables"
                    f" where table_schema like '{SCHEMA}%'{is_table}"
                )
            }
            for model in models:
                schema = tables.get(model["model"])
                if schema and model["rows"] is None:
                    model["rows"] = warehouse.query(
                        f"select count(*) from {schema}.{model['model']}"
                    )[0][0]

    def disk_mb(self) -> float:
        """How much the warehouse takes, raw tables included."""
        if self.engine == "postgres":
            with self.warehouse() as warehouse:
                size = warehouse.query(
                    "select pg_database_size(current_database())"
                )[0][0]
        else:
            files = (
                self.spark.rglob("*") if self.engine == "spark"
                else self.path.parent.glob(f"{self.path.name}*")
            )
            size = sum(path.stat().st_size for path in files if path.is_file())
        return round(size / 2**20, 1)


def check_engine(engine: str, folder: Path, console: Console) -> None:
    """Stop with one line when this machine cannot build on an engine."""
    if engine == "duckdb":
        return
    if engine == "spark":
        # A session would hold the catalog until this program ends.
        if find_spec("pyspark") is None:
            raise click.ClickException(NOT_INSTALLED)
        java_home()
        return
    try:
        with Builds(folder, engine, console).warehouse():
            pass
    except Exception as problem:
        raise click.ClickException(
            f"No {engine} to measure: {problem}. The benchmark uses a database of"
            f" its own: createdb {DATABASE}"
        ) from None


def model_time(result: Mapping[str, Any]) -> dict[str, Any]:
    """One model of dbt's run results."""
    spans = {
        timing["name"]: (
            datetime.fromisoformat(timing["completed_at"].replace("Z", "+00:00"))
            - datetime.fromisoformat(timing["started_at"].replace("Z", "+00:00"))
        ).total_seconds()
        for timing in result["timing"]
    }
    rows = result["adapter_response"].get("rows_affected")
    return {
        "model": result["unique_id"].rpartition(".")[2],
        "seconds": round(result["execution_time"], 3),
        "compile_seconds": round(spans.get("compile", 0.0), 3),
        "rows": rows if isinstance(rows, int) and rows >= 0 else None,
    }


def summary(
    built: Run, dbt_seconds: float, models: list[dict[str, Any]]
) -> dict[str, Any]:
    """A build as it is reported, the slowest model first."""
    return {
        "seconds": built.seconds,
        # The rest is dbt's own start: reading the project, planning.
        "seconds_running": round(dbt_seconds, 3),
        "cpu_seconds": built.cpu_seconds,
        "peak_memory_mb": built.peak_memory_mb,
        "models": sorted(models, key=lambda model: -model["seconds"]),
    }


def learned(
    raw: Path, world_name: str, folder: Path, console: Console
) -> tuple[Path, float]:
    """What a first build would learn of intents, and how long that takes.

    Learning reads at most 20,000 openings whatever the size, so it is measured
    apart. Always on DuckDB: the other engines take what was learned as well.
    """
    stamp = stamp_of(LEARNING, world_name)[:12]
    path = folder / "learned" / f"{stamp}.parquet"
    seconds_path = path.with_suffix(".json")
    if seconds_path.exists():
        console.print(
            "[green]✓[/green] Learn the intents [dim]kept from before[/dim]"
        )
        return path, json.loads(seconds_path.read_text())["seconds"]
    path.parent.mkdir(parents=True, exist_ok=True)
    builds = Builds(folder, "duckdb", console)
    builds.reset()
    builds.load(raw)
    built = builds.build(
        "Learn the intents", *NO_TESTS, "--select", f"+{TERMS}"
    )
    builds.keep_terms(path)
    builds.reset()
    found = [
        model["seconds"] for model in built["models"] if model["model"] == TERMS
    ]
    if not found:
        raise StepFailed(f"dbt built no {TERMS}")
    seconds_path.write_text(json.dumps({"seconds": found[0]}))
    return path, found[0]
