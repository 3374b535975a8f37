"""Scripts find the environment by themselves, or say how to make one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCRIPTS_DIR

SCRIPT = """#!/usr/bin/env python3
from afterclose.venv import use_venv

use_venv()
import sys

print(sys.prefix, *sys.argv[1:])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder that only holds one script, no environment yet."""
    package = tmp_path / "scripts" / "afterclose"
    package.mkdir(parents=True)
    for name in ("__init__.py", "venv.py"):
        shutil.copy(SCRIPTS_DIR / "afterclose" / name, package)
    script = tmp_path / "scripts" / "show"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    return tmp_path


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(project / "scripts" / "show"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


def test_without_an_environment_one_line_says_what_to_run(project):
    completed = run(project)
    assert completed.returncode == 2
    assert completed.stderr.strip() == (
        "No environment yet: run ./scripts/demo or ./scripts/setup first"
    )


def test_an_environment_whose_python_is_gone_counts_as_none(project):
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(project / "gone")
    assert run(project).returncode == 2


def test_a_script_continues_in_the_environment_with_its_arguments(project):
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", project / ".venv"],
        check=True,
    )
    completed = run(project, "one two", "--three")
    assert completed.stdout.strip() == f"{project / '.venv'} one two --three"


def test_setup_shows_its_help_and_refuses_what_it_does_not_know():
    def setup(argument: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(SCRIPTS_DIR / "setup"), argument],
            capture_output=True, text=True, check=False,
        )

    for argument in ("-h", "--help"):
        shown = setup(argument)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert shown.stdout.startswith("Usage: ./scripts/setup [--engines]\n")
    refused = setup("--engine")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("Usage:")
