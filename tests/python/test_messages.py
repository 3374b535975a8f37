"""What a user sees when the input is not what it should be.

The preflight's message must come before any model runs and name the cure.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from marts import PROJECT_DIR, Project


@pytest.fixture(scope="module")
def raw_warehouse(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A warehouse with a small world's raw tables, nothing built."""
    project.reset()
    project.load(project.simulate("--conversations", 60, "--weeks", 2))
    return Path(
        shutil.copy(project.path, tmp_path_factory.mktemp("raw") / "x.duckdb")
    )


@pytest.fixture(autouse=True)
def start_from_raw(project: Project, raw_warehouse: Path) -> None:
    """Each test spoils a copy."""
    shutil.copy(raw_warehouse, project.path)


def refusal(project: Project, **variables: object) -> str:
    """What dbt build prints when it does not even start."""
    completed = project.dbt("build", variables=variables)
    assert completed.returncode != 0
    assert "Traceback" not in completed.stdout
    assert "START sql" not in completed.stdout
    return completed.stdout


def test_everything_wrong_comes_in_one_message_with_its_cure(
    project: Project
) -> None:
    project.query(
        "drop table zendesk.ticket_comment",
        "alter table zendesk.ticket drop column created_at",
        "alter table mixpanel.event drop column name",
    )
    message = refusal(project, reporting_timezone="Europe/Gotham")
    assert "Afterclose cannot start, 4 things to mend" in message
    assert "table zendesk.ticket_comment is missing" in message
    assert "zendesk_schema" in message
    assert "column created_at of table zendesk.ticket is missing" in message
    assert "column name of table mixpanel.event is missing" in message
    assert "var reporting_timezone is 'Europe/Gotham'" in message
    assert "Europe/Berlin" in message


def test_every_number_is_checked_before_anything_runs(project: Project) -> None:
    text = (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
    numbers = [
        name for name, value in yaml.safe_load(text)["vars"].items()
        if type(value) in (int, float)
    ]
    assert len(numbers) > 15
    # No number, but models that calculate with it can be parsed.
    message = refusal(project, **dict.fromkeys(numbers, True))
    for name in numbers:
        assert f"var {name} is 'True': use a number" in message


def test_an_empty_warehouse_lists_every_table_once(project: Project) -> None:
    project.reset()
    message = refusal(project)
    for table in ("langfuse.traces", "zendesk.ticket", "mixpanel.event"):
        assert message.count(f"table {table} is missing") == 1


def test_a_text_where_a_time_should_be_is_set_aside(project: Project) -> None:
    ((ticket_id,),) = project.query("select min(id) from zendesk.ticket")
    project.query(
        "alter table zendesk.ticket alter column created_at type varchar",
        f"update zendesk.ticket set created_at = 'soon' where id = {ticket_id}",
    )
    project.build("--select", "+quarantined_rows")
    assert project.query(
        "select quarantine_reason"
        " from afterclose_intermediate.int_quarantined_rows"
        f" where table_name = 'ticket' and row_id = '{ticket_id}'"
    ) == [("unreadable_time",)]
