"""What is added and half done fails here by its name; docs/development.md has the steps."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from settings.reader import SettingsError
from settings.variable import Variable
from settings.variables.downstream import CRM_BACKEND, PERKS_BACKEND
from worker.backends.registry import CRM, PERKS, check_backends
from worker.handlers import load_handlers
from worker.settings.worker import WorkerSettings


ROOT = Path(__file__).parents[2]
LUA = ROOT / "inbox" / "store" / "lua"

#: Put in front of other scripts, and never called by themselves.
PRELUDES = {"common", "effect", "decide", "reconcile"}


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


def test_every_lua_step_is_called_by_its_name() -> None:
    """A script that nothing loads, or that a name is wrong of, is named here."""
    source = "\n".join(
        path.read_text() for path in (ROOT / "inbox").rglob("*.py") if path.name != "scripts.py"
    )
    steps = {path.stem for path in LUA.glob("*.lua")} - PRELUDES

    assert {step for step in steps if not re.search(rf'"{step}"', source)} == set()


def test_every_lua_step_says_its_arguments() -> None:
    """The first lines of a script are all that a reader of its caller needs."""
    undocumented = [
        path.name
        for path in LUA.glob("*.lua")
        if "ARGV" in (text := path.read_text()) and not re.match(r"--.*?\n(--.*\n)*", text)
    ]

    assert undocumented == []
