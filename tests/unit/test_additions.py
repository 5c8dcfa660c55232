"""What is added and half done fails here by its name; docs/development.md has the steps."""

import ast
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from receiver.metrics.table import ROWS
from settings.reader import SettingsError
from settings.variable import Variable
from settings.variables.downstream import CRM_BACKEND, PERKS_BACKEND
from worker.backends.registry import CRM, PERKS, check_backends
from worker.handlers import load_handlers
from worker.settings.worker import WorkerSettings


ROOT = Path(__file__).parents[2]
LUA = ROOT / "inbox" / "store" / "lua"

#: Put in front of other scripts, and never called by themselves.
PRELUDES = {"budget", "common", "decide", "effect", "reconcile"}


def choices(variable: Variable[str]) -> set[str]:
    """Return the words that a variable takes, from what it says of another word."""
    with pytest.raises(ValueError, match="must be one of ") as refused:
        variable.parse("no such word")
    return set(str(refused.value).removeprefix("must be one of ").split(", "))


@pytest.mark.parametrize(
    ("variable", "registry"), [(PERKS_BACKEND, PERKS), (CRM_BACKEND, CRM)], ids=["perks", "crm"]
)
def test_a_backend_is_registered_under_each_name_that_can_be_set(
    variable: Variable[str], registry: Mapping[str, Any]
) -> None:
    """A backend that stands in the setting or in the registry alone is named here."""
    assert choices(variable) == set(registry)


@pytest.mark.parametrize(
    ("variable", "registry"), [(PERKS_BACKEND, PERKS), (CRM_BACKEND, CRM)], ids=["perks", "crm"]
)
def test_a_setting_says_what_each_of_its_backends_does(
    variable: Variable[str], registry: Mapping[str, Any]
) -> None:
    """docs/settings.md and .env.example are written from this sentence."""
    assert [name for name in registry if f"`{name}`" not in variable.meaning] == []


@pytest.mark.parametrize("kind", ["perks", "crm"])
def test_every_backend_is_imported_by_the_registry(kind: str) -> None:
    """A file or folder among the backends that nothing registers would never be asked."""
    registry = (ROOT / "worker" / "backends" / "registry.py").read_text()
    folder = ROOT / "worker" / "backends" / kind
    backends = {path.stem for path in folder.iterdir()} - {"__init__", "__pycache__"}

    imported = set(re.findall(rf"from worker\.backends\.{kind}\.(\w+)", registry))
    assert backends == imported


@pytest.mark.parametrize("which", ["perks", "crm"])
def test_a_backend_without_a_registration_stops_the_start(which: str) -> None:
    """It does not run as a dry run: the message says which names there are."""
    settings = WorkerSettings.from_environ({"REDIS_URL": "redis://127.0.0.1"})
    halves = {name: getattr(settings, name) for name in ("perks", "crm")}
    halves[which] = replace(halves[which], backend="forgotten")

    with pytest.raises(SettingsError, match=f"{which.upper()}_BACKEND must name a backend: dry-r"):
        check_backends(**halves)


def test_every_file_among_the_handlers_registers_one() -> None:
    """A file whose function is not decorated would wait for events in vain."""
    files = {path.stem for path in (ROOT / "worker" / "handlers").glob("*.py")}

    registered = {each.run.__module__.split(".")[-1] for each in load_handlers().by_name.values()}

    assert files - {"__init__", "registry"} == registered


def loaded(tree: ast.Module) -> set[str]:
    """Return the names that a module gives to `scripts.load`, one by one or from a list."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="load"), args=[_, ast.Constant(value=str(name))]):
                found.add(name)
            case ast.DictComp(
                value=ast.Call(func=ast.Attribute(attr="load")),
                generators=[ast.comprehension(iter=ast.Tuple(elts=names))],
            ):
                found |= {str(each.value) for each in names if isinstance(each, ast.Constant)}
    return found


def test_every_lua_step_is_called_by_its_name() -> None:
    """A script that nothing loads, and a name without a script, is named here."""
    called = set[str]().union(
        *(loaded(ast.parse(path.read_text())) for path in (ROOT / "inbox").rglob("*.py"))
    )

    assert {path.stem for path in LUA.glob("*.lua")} - PRELUDES == called


def test_every_lua_step_says_its_arguments() -> None:
    """A script begins with what it does, what it takes and what it gives."""
    undocumented = [
        path.name for path in LUA.glob("*.lua") if not path.read_text().startswith("-- ")
    ]

    assert undocumented == []


def test_every_metric_is_explained() -> None:
    """docs/operations.md names each metric that `/metrics` shows."""
    page = (ROOT / "docs" / "operations.md").read_text()

    assert [row.name for row in ROWS if f"perkhook_{row.name}" not in page] == []
