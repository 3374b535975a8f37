"""The dbt profile, read as dbt reads it: which warehouse a target means."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import jinja2
import yaml

from afterclose.venv import PROJECT_DIR


def find_profiles() -> Path:
    """The profiles.yml that dbt would take, else the example beside it."""
    folder = os.environ.get("DBT_PROFILES_DIR")
    if folder:
        path = Path(folder).expanduser() / "profiles.yml"
        if not path.exists():
            raise click.ClickException(
                f"DBT_PROFILES_DIR is {folder}, which has no profiles.yml"
            )
        return path
    candidates = [
        PROJECT_DIR / "profiles.yml",
        Path.home() / ".dbt" / "profiles.yml",
    ]
    for path in candidates:
        if path.exists() and profile_name() in (read_yaml(path) or {}):
            return path
    return PROJECT_DIR / "profiles.yml.example"


def read_yaml(path: Path) -> Any:
    """The content of one YAML file; a syntax error names file and line."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise click.ClickException(f"{path.name} is not YAML{where}") from None


def profile_name() -> str:
    """The profile that dbt_project.yml asks for."""
    return str(read_yaml(PROJECT_DIR / "dbt_project.yml")["profile"])


def env_var(name: str, default: str | None = None) -> str:
    """dbt's function of this name: an absent variable is an error."""
    value = os.environ.get(name, default)
    if value is None:
        raise click.ClickException(
            f"The dbt profile needs the environment variable {name}"
        )
    return value


def rendered(value: Any, where: str) -> Any:
    """A profile value with its Jinja worked out, numbers turned into int.

    Raises click.ClickException, which begins with `where`, the value's place.
    """
    if isinstance(value, Mapping):
        return {key: rendered(inner, f"{where} {key}") for key, inner in value.items()}
    if not isinstance(value, str) or "{" not in value:
        return value
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.globals["env_var"] = env_var
    for name in ("as_text", "as_native", "as_bool"):
        environment.filters[name] = lambda text: text
    environment.filters["as_number"] = int
    try:
        text = environment.from_string(value).render()
        return int(text) if "as_number" in value else text
    except jinja2.TemplateError as problem:
        raise click.ClickException(f"{where}: {problem}") from None
    except ValueError:
        raise click.ClickException(
            f"{where} is not a number: mend it, or the variable that it is read from"
        ) from None
    except TypeError:
        # env_var without a name, or with more than a default.
        raise click.ClickException(
            f"{where} cannot be worked out: write env_var('NAME', 'DEFAULT')"
        ) from None


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    """A part of the profile that holds names; click.ClickException if not."""
    if not isinstance(value, Mapping):
        raise click.ClickException(
            f"{where} holds no settings: see profiles.yml.example"
        )
    return value


def read_output(target: str | None) -> dict[str, Any]:
    """The settings of one target, Jinja worked out, `target` added.

    Raises click.ClickException when the profile or the target is not there, or
    cannot be read.
    """
    path = find_profiles()
    profile = mapping(read_yaml(path) or {}, path.name).get(profile_name())
    if not profile:
        raise click.ClickException(
            f"{path} has no profile named '{profile_name()}'"
        )
    profile = mapping(profile, f"Profile '{profile_name()}' in {path.name}")
    name = target or rendered(
        profile.get("target", "default"), f"The default target in {path.name}"
    )
    outputs = mapping(profile.get("outputs") or {}, f"'outputs' in {path.name}")
    if name not in outputs:
        raise click.ClickException(
            f"No target '{name}' in {path.name}; it has: "
            + ", ".join(sorted(outputs))
        )
    where = f"Target '{name}' in {path.name}"
    settings = rendered(mapping(outputs[name], where), f"{where}, setting")
    return {**settings, "target": name}
