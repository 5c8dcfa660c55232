"""What Heroku reads beside the Procfile: app.json and .python-version."""

import json
import re
from typing import Any

import jsonschema
import pytest
from honcho.environ import parse_procfile

from tests.processes import ROOT


#: What Heroku's app.json schema (devcenter.heroku.com/articles/app-json-schema) says of the parts
#: that are used here; a part that is not here is not used, or is a slip of the pen.
_TEXT = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "buildpacks", "formation", "addons", "env"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-zA-Z-_\\.]+", "minLength": 3, "maxLength": 300},
        "description": _TEXT,
        "keywords": {"type": "array", "items": _TEXT},
        "stack": {"enum": ["heroku-22", "heroku-24"]},
        "buildpacks": {
            "type": "array",
            "items": {"type": "object", "required": ["url"], "properties": {"url": _TEXT},
                      "additionalProperties": False},
        },
        "formation": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["quantity"],
                "additionalProperties": False,
                "properties": {"quantity": {"type": "integer", "minimum": 0}, "size": _TEXT},
            },
        },
        "addons": {
            "type": "array",
            "items": {"type": "object", "required": ["plan"], "additionalProperties": False,
                      "properties": {"plan": _TEXT, "as": _TEXT, "options": {"type": "object"}}},
        },
        "env": {
            "type": "object",
            "patternProperties": {
                "^[A-Z_]+$": {
                    "type": "object",
                    "required": ["description"],
                    "additionalProperties": False,
                    "properties": {
                        "description": _TEXT,
                        "value": _TEXT,
                        "required": {"type": "boolean"},
                        "generator": {"const": "secret"},
                    },
                }
            },
            "additionalProperties": False,
        },
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def app() -> Any:
    """Read app.json."""
    return json.loads((ROOT / "app.json").read_text())


def test_app_json_is_what_heroku_takes(app: Any) -> None:
    """Each part has the shape that Heroku's schema gives it."""
    jsonschema.validate(app, SCHEMA)


def test_app_json_starts_what_the_procfile_names(app: Any) -> None:
    """One web and two workers, by the Procfile's names; Flower is an application of its own."""
    names = parse_procfile((ROOT / "Procfile").read_text()).processes

    assert app["formation"].keys() < names.keys()
    quantities = {name: each["quantity"] for name, each in app["formation"].items()}
    assert quantities == {"web": 1, "worker": 2}


def test_the_python_version_is_one_that_heroku_reads() -> None:
    """Heroku takes the newest patch of a minor version that we are tested with."""
    version = (ROOT / ".python-version").read_text()

    assert re.fullmatch(r"3\.\d+\n", version)
    assert tuple(map(int, version.split("."))) >= (3, 11)
    assert f"python:{version.strip()}-slim" in (ROOT / "Dockerfile").read_text()
