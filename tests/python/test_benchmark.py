"""The benchmark measures what it says, on a world too small to time anything."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from conftest import Run, last_json
from marts import PROJECT_DIR
from postgres_server import PostgresServer
from rich.console import Console

from afterclose.benchmark.measures import Watch

BUILDS = ("full", "noop")
NUMBERS = ("full_to_hand_written", "full_to_scan", "noop_to_full")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """One run on 300 conversations: its JSON and its folder."""
    folder = tmp_path_factory.mktemp("benchmark")
    completed = subprocess.run(
        [
            PROJECT_DIR / "scripts" / "benchmark", "--conversations", "300",
            "--weeks", "6", "--skip", "daily", "--against", "scan",
            "--against", "hand-written", "--folder", folder, "--json",
        ],
        capture_output=True, text=True, check=False,
    )
    return SimpleNamespace(json=last_json(completed), folder=folder)


@pytest.mark.thorough
def test_the_json_names_every_part(result: SimpleNamespace) -> None:
    found = result.json
    written = json.loads((result.folder / "benchmark.json").read_text())
    assert written == found and found["is_complete"]
    for name in NUMBERS:
        assert found[name] > 0
    # What was not asked for is null, not 0.
    assert found["daily_to_full"] is None
    assert found["growth_exponent"] is None
    for stage in ("parse", "learn", "load", "scan", "hand_written", *BUILDS):
        assert found["seconds"][stage] > 0
    for stage in ("scan", "hand_written", *BUILDS):
        assert found["peak_memory_mb"][stage] > 10
    assert found["disk_mb"]["full"] > found["disk_mb"]["load"] > 0


@pytest.mark.thorough
def test_every_model_is_there_with_time_and_rows(result: SimpleNamespace) -> None:
    models = {
        model["model"]: model for model in result.json["builds"]["full"]["models"]
    }
    assert len(models) > 150
    assert all(model["seconds"] >= 0 for model in models.values())
    assert models["int_conversations"]["rows"] > 250
    assert models["stg_zendesk__tickets"]["rows"] is None  # a view
    times = [model["seconds"] for model in result.json["builds"]["full"]["models"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.thorough
def test_the_hand_written_script_finds_what_the_build_finds(
    result: SimpleNamespace
) -> None:
    lines = {line["measure"]: line for line in result.json["agreement"]}
    assert len(lines) >= 20
    differing = [line for line in lines.values() if not line["agrees"]]
    assert differing == []
    for count in ("mature_conversations", "recontacts", "answered_escalations",
                  "followed_instructions"):
        assert lines[count]["hand_written"] > 0


@pytest.mark.thorough
def test_the_page_stands_alone(result: SimpleNamespace) -> None:
    page = (result.folder / "benchmark.html").read_text()
    slowest = result.json["builds"]["full"]["models"][0]["model"]
    assert "<svg" in page and slowest in page
    assert "<script" not in page and "src=" not in page


@pytest.mark.thorough
def test_nothing_outside_the_folder_is_written(result: SimpleNamespace) -> None:
    assert (result.folder / "warehouse.duckdb").exists()
    profile = (result.folder / "profiles.yml").read_text()
    assert profile == (PROJECT_DIR / "profiles.yml.example").read_text()


def test_growth_is_the_slope_over_the_sizes() -> None:
    from afterclose.benchmark.cli import growth_exponent

    def measured(conversations: int, seconds: float) -> dict:
        return {"conversations": conversations, "seconds": {"full": seconds}}

    grows = [measured(size, 0.001 * size**1.5) for size in (100, 1000, 10_000)]
    assert growth_exponent(grows) == 1.5
    assert growth_exponent(grows[:1]) is None


def watched(parent: str) -> Watch:
    """What the watch saw of a program of Python."""
    watch = Watch()
    process = subprocess.Popen([sys.executable, "-c", parent])
    watch.start(process)
    process.wait()
    time.sleep(0.1)
    watch.stop()
    return watch


def test_memory_of_children_counts() -> None:
    child = "kept = bytearray(200_000_000); import time; time.sleep(1)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    assert watched(parent).peak > 200_000_000


def test_what_a_child_computes_counts_though_nobody_waits_for_it() -> None:
    """As dbt leaves Spark's Java: the system adds up only what is waited for."""
    child = (
        "import time\n"
        "while time.process_time() < 1: pass\n"
        "print(flush=True)\n"
        "time.sleep(60)"
    )
    parent = (
        "import os, subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}],"
        " stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "time.sleep(1)\n"
        "child.kill()\n"
        "os._exit(0)"
    )
    assert 0.9 < watched(parent).cpu_seconds < 10


def test_a_measure_agrees_within_its_limit() -> None:
    from afterclose.benchmark.agreement import count, judged, rate

    assert judged(count("recontacts"), 1000, 1009)["agrees"]
    assert not judged(count("recontacts"), 1000, 1011)["agrees"]
    assert judged(rate("recontact_rate", "n"), 0.10, 0.109)["agrees"]
    assert not judged(rate("recontact_rate", "n"), 0.10, 0.111)["agrees"]
    assert not judged(rate("recontact_rate", "n"), 0.10, None)["agrees"]
    assert judged(rate("recontact_rate", "n"), None, None)["agrees"]
    assert not judged(rate("recontact_rate", "n"), 0.10, math.nan)["agrees"]


def test_an_engine_that_is_not_there_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from afterclose.benchmark.cli import main

    monkeypatch.setenv("AFTERCLOSE_POSTGRES_PORT", "1")
    refused = CliRunner().invoke(
        main, ["--engine", "postgres", "--folder", str(tmp_path)]
    )
    assert refused.exit_code != 0
    assert "createdb afterclose_benchmark" in refused.output
    assert "Traceback" not in refused.output


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    from afterclose.benchmark.cli import main

    (tmp_path / "file").write_text("")
    refused = CliRunner().invoke(main, ["--folder", str(tmp_path / "file" / "new")])
    assert refused.exit_code == 2
    assert "new cannot be made: Not a directory" in refused.output


def test_a_first_build_on_postgres_finds_a_salt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    postgres_server: PostgresServer,
) -> None:
    """Without one dbt stops, and every measurement begins with nothing."""
    from afterclose.benchmark.builds import DATABASE, Builds
    from afterclose.set_salt import has_salt

    with postgres_server.connect() as connection:
        connection.execute(f"create database {DATABASE}")
    for name, value in postgres_server.environment(DATABASE).items():
        monkeypatch.setenv(name, value)
    builds = Builds(tmp_path, "postgres", Console(quiet=True))
    for _ in range(2):
        builds.reset()
        with builds.warehouse() as warehouse:
            assert has_salt(warehouse)


def test_tables_of_spark_are_read_from_their_files(tmp_path: Path) -> None:
    import duckdb

    from afterclose.benchmark.spark_tables import SparkTables

    folder = tmp_path / "tables" / "afterclose.db" / "intents"
    folder.mkdir(parents=True)
    for number in (1, 2):
        duckdb.sql(f"select {number} as id").write_parquet(
            str(folder / f"part-{number}.parquet")
        )
    # A build that was killed leaves a folder without files.
    (tmp_path / "tables" / "afterclose.db" / "issues").mkdir()
    tables = SparkTables(tmp_path, "afterclose")
    assert tables.query("select count(*), sum(id) from afterclose.intents") == [(2, 3)]
    assert tables.query("select table_name from information_schema.tables") == [
        ("intents",)
    ]


def test_the_script_shows_its_help(run_script: Run) -> None:
    shown = run_script("benchmark", "--help")
    assert shown.returncode == 0
    for option in ("--conversations", "--increment-days", "--engine", "--against"):
        assert option in shown.stdout
