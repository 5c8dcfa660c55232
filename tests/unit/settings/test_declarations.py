"""Each variable is declared once; what documents and platforms say of them agrees with that."""

import json
import re
from contextlib import suppress
from typing import Any

import pytest
import yaml

from dashboard.settings import DashboardSettings
from inbox.settings import InboxSettings
from receiver.settings import ReceiverSettings
from settings.reader import Reader, SettingsError
from settings.table import COMPOSED, KNOWN, VARIABLES, example, page, tables
from settings.variable import ALL, Use
from tests.processes import ROOT
from tests.unit.test_structure import Recorder
from worker.settings.worker import BrokerSettings, WorkerSettings


#: What platforms set, and what is for a machine without containers.
NOT_COMPOSED = COMPOSED | {
    "HEROKU_BUILD_COMMIT",
    "HEROKU_SLUG_COMMIT",
    "IGNORED_VARIABLES",
    "FLOWER_ADDRESS",
}


def asked_by(*settings: Any) -> set[str]:
    """Name the variables that these settings read."""
    read = Recorder()
    for each in settings:
        with suppress(SettingsError):
            each.from_environ(read)
    return read.asked


def of(process: str) -> set[str]:
    """Name the variables that are declared for a process."""
    return {each.name for each in VARIABLES if process in each.processes}


def compose(service: str) -> set[str]:
    """Name the variables that a container is given."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return set(yaml.safe_load(text)["services"][service]["environment"])


def test_no_variable_is_declared_twice() -> None:
    """A name stands for one meaning, for processes that there are."""
    assert len(KNOWN) == len(VARIABLES)
    assert all(set(each.processes) <= set(ALL) for each in VARIABLES)


def test_processes_read_what_is_declared_for_them_and_nothing_else() -> None:
    """The receiver and workers exactly; Flower and the command line a part of what is theirs."""
    flowers = of("flower")

    assert asked_by(ReceiverSettings) == of("web")
    # Flower's own are checked when workers and Flower make the application that they share.
    assert asked_by(WorkerSettings) - of("worker") == asked_by(BrokerSettings) - of("worker")
    assert of("worker") <= asked_by(WorkerSettings)
    assert flowers <= asked_by(DashboardSettings, BrokerSettings)
    assert asked_by(InboxSettings) <= flowers & of("web") & of("worker")


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda each: each.name)
def test_a_default_is_a_value_that_a_person_could_set(variable: Any) -> None:
    """Every default goes through the variable's own parser; the rest of a declaration is words."""
    reader = Reader({variable.name: variable.default or ""})
    reader.read(variable)

    if variable.default is None:
        with pytest.raises(SettingsError, match=f"{variable.name} is required and not set"):
            reader.finish()
    else:
        reader.finish()
    assert variable.meaning.endswith(".")
    assert "|" not in variable.meaning + variable.shown


def test_the_page_of_settings_has_these_tables() -> None:
    """If this fails: run `python -m settings > docs/settings.md`."""
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == page()
    assert all(f"| `{name}` |" in tables() for name in KNOWN)


def test_the_example_environment_is_written_by_the_declarations() -> None:
    """If this fails: run `python -m settings env > .env.example`."""
    found = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^#?([A-Z_]+)=", found, re.MULTILINE))

    assert found == example()
    assert names == {each.name for each in VARIABLES if each.use is not Use.EXPERT} - COMPOSED


@pytest.mark.parametrize(
    ("service", "process"),
    [("receiver-1", "web"), ("receiver-2", "web"), ("worker", "worker"), ("flower", "flower")],
)
def test_containers_are_given_the_variables_of_their_process(service: str, process: str) -> None:
    """What someone sets in .env has its effect, and no container gets another's secrets."""
    given = compose(service)

    assert of(process) - NOT_COMPOSED <= given
    assert given <= of(process)


def test_app_json_names_what_is_declared() -> None:
    """Heroku asks for the required ones, and presets what its processes accept."""
    asked = json.loads((ROOT / "app.json").read_text(encoding="utf-8"))["env"]
    required = {each.name for each in VARIABLES if each.default is None}
    given = {name: each["value"] for name, each in asked.items() if "value" in each}

    assert asked.keys() <= KNOWN
    assert {name for name, each in asked.items() if each.get("required")} == required
    ReceiverSettings.from_environ({**given, "VOUCHERIFY_WEBHOOK_SECRETS": "long-enough-secret"})
    WorkerSettings.from_environ(given)
