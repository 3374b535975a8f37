"""The demo as a user starts it, its steps left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import duckdb
import pytest
from click.testing import CliRunner
from marts import PROJECT_DIR

from afterclose import demo
from afterclose.benchmark import cli as benchmark
from afterclose.simulate import cli as simulate

EXAMPLE = (PROJECT_DIR / "profiles.yml.example").read_text()


@pytest.fixture
def commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Sequence[str]]:
    """The programs that the demo runs instead of running them."""
    found: list[Sequence[str]] = []
    path = tmp_path / "warehouse.duckdb"

    def run(command: Sequence[str], **options: Any) -> str:
        found.append(command)
        duckdb.connect(str(path)).close()
        return ""

    monkeypatch.setattr(demo, "run", run)
    monkeypatch.setattr(demo, "print_report", lambda warehouse, console: None)
    monkeypatch.setattr(demo, "DEMO_DIR", tmp_path / "demo")
    monkeypatch.setattr(demo, "RAW_DIR", tmp_path / "demo" / "raw")
    monkeypatch.setattr(demo, "STAMPS", tmp_path / "demo" / "stamps.json")
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.setenv("AFTERCLOSE_DUCKDB_PATH", str(path))
    return found


def test_the_demo_is_a_duckdb_file_whatever_the_default_target(
    commands: list[Sequence[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nor does it matter what the default target lacks.
    monkeypatch.setenv("AFTERCLOSE_POSTGRES_PORT", "")
    (tmp_path / "profiles.yml").write_text(
        EXAMPLE.replace("target: duckdb", "target: postgres")
    )
    shown = CliRunner().invoke(demo.main)
    assert shown.exit_code == 0, shown.output
    simulated, *others = commands
    assert "--target" not in simulated
    assert len(others) == 2
    for command in others:
        assert command[command.index("--target") + 1] == "duckdb"


def test_a_profile_without_a_duckdb_file_is_told_in_one_line(
    commands: list[Sequence[str]], tmp_path: Path
) -> None:
    (tmp_path / "profiles.yml").write_text(
        EXAMPLE.replace("target: duckdb", "target: postgres")
        .replace("type: duckdb", "type: postgres")
    )
    refused = CliRunner().invoke(demo.main)
    assert refused.exit_code == 1
    assert "copy it from profiles.yml.example" in refused.output
    assert refused.output.count("\n") == 1
    assert commands == []


@pytest.mark.parametrize("command", [demo.main, benchmark.main, simulate.main])
def test_every_option_says_what_it_does(command: click.Command) -> None:
    for option in command.params:
        assert option.help, option.name


def test_a_demo_of_no_weeks_is_refused_before_it_starts(
    commands: list[Sequence[str]]
) -> None:
    refused = CliRunner().invoke(demo.main, ["--weeks", "0"])
    assert refused.exit_code == 2
    assert "--weeks" in refused.output
    assert commands == []
