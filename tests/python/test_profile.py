"""A dbt profile is read as dbt reads it; a mistake in it is one line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from marts import PROJECT_DIR

from afterclose.profile import read_output

EXAMPLE = (PROJECT_DIR / "profiles.yml.example").read_text()
PORT = "AFTERCLOSE_POSTGRES_PORT"


@pytest.fixture(autouse=True)
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example, where the test may change it."""
    path = tmp_path / "profiles.yml"
    path.write_text(EXAMPLE)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.delenv(PORT, raising=False)
    return path


def message(target: str | None = "postgres") -> str:
    """What is said of a profile that cannot be used."""
    with pytest.raises(click.ClickException) as refused:
        read_output(target)
    assert "\n" not in refused.value.message
    return refused.value.message


def test_numbers_are_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_output("postgres")["port"] == 5432
    monkeypatch.setenv(PORT, "5433")
    assert read_output("postgres")["port"] == 5433


@pytest.mark.parametrize("value", ["", "five"])
def test_a_number_that_is_none_is_named(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PORT, value)
    assert message().startswith(
        "Target 'postgres' in profiles.yml, setting port is not a number"
    )


@pytest.mark.parametrize(("user", "said"), [
    ("{{ nobody }}", "setting user: 'nobody' is undefined"),
    ("{{ env_var('A' }}", "setting user: unexpected"),
    ("{{ env_var() }}", "setting user cannot be worked out: write env_var("),
])
def test_jinja_that_cannot_be_worked_out_is_named(
    profile: Path, user: str, said: str
) -> None:
    profile.write_text(EXAMPLE.replace(
        "{{ env_var('AFTERCLOSE_POSTGRES_USER', 'afterclose') }}", user
    ))
    assert f"Target 'postgres' in profiles.yml, {said}" in message()


def test_a_setting_inside_another_is_named(profile: Path) -> None:
    profile.write_text(EXAMPLE.replace(
        "{{ env_var('AFTERCLOSE_DUCKDB_MEMORY', '80%') }}", "{{ memory }}"
    ))
    assert "setting settings memory_limit: 'memory' is undefined" in message(None)


@pytest.mark.parametrize(("content", "named"), [
    ("- a list", "profiles.yml holds no settings"),
    ("afterclose: duckdb", "Profile 'afterclose' in profiles.yml holds"),
    ("afterclose: {outputs: [postgres]}", "'outputs' in profiles.yml holds"),
    ("afterclose: {outputs: {postgres: }}", "Target 'postgres' in profiles.yml holds"),
    ("afterclose: {target: '{{ x }}', outputs: {a: {type: duckdb}}}",
     "The default target in profiles.yml: 'x' is undefined"),
])
def test_parts_that_are_no_mappings_are_named(
    profile: Path, content: str, named: str
) -> None:
    profile.write_text(content)
    assert message("postgres" if "postgres" in content else None).startswith(named)
