"""Run every script in the project's own environment, whoever starts it.

Standard library only, and plain enough for an old Python to read: this file
runs before anything is installed, on whatever `python3` happens to be.
"""

import os
import sys
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
VENV_DIR = PROJECT_DIR / ".venv"

NO_ENVIRONMENT = (
    "No environment yet: run ./scripts/demo or ./scripts/setup first"
)


def use_venv():
    """Return inside `.venv`; otherwise start the same command again in it.

    Exits with code 2 and one line that says what to run when there is no
    `.venv`, or one whose Python is gone.
    """
    if Path(sys.prefix).resolve() == VENV_DIR.resolve():
        return
    python = VENV_DIR / "bin" / "python"
    if os.name == "nt":
        python = VENV_DIR / "Scripts" / "python.exe"
    # A link to a Python that was uninstalled does not "exist" either.
    if not python.exists():
        print(NO_ENVIRONMENT, file=sys.stderr)
        raise SystemExit(2)
    sys.stdout.flush()
    os.execv(str(python), [str(python)] + sys.argv)
