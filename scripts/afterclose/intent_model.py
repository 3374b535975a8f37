"""The Python model int_intent_terms for the programs around dbt."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import yaml

from afterclose.venv import PROJECT_DIR

MODEL_FILE = PROJECT_DIR / "models/intermediate/intents/int_intent_terms.py"


def load_model_file() -> ModuleType:
    """The functions of the Python model: what dbt runs, scripts run."""
    spec = importlib.util.spec_from_file_location(
        "int_intent_terms", MODEL_FILE
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project_var(name: str) -> Any:
    """The default of a var, as dbt_project.yml gives it."""
    settings = yaml.safe_load(
        (PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8")
    )
    return settings["vars"][name]
