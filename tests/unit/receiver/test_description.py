"""The description that the receiver serves, against the receiver's own code."""

import ast
import json
import re
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from inbox.errors import _SENTENCES
from receiver.app import create_app
from receiver.description import description
from receiver.server.draining import _BODY
from receiver.settings import ReceiverSettings
from tests.processes import ROOT


DESCRIBED: dict[str, Any] = json.loads(description())
WEBHOOK = "/webhooks/voucherify"
INBOX = {f"inbox_{reason}" for reason in _SENTENCES}
#: What only /readyz asks about.
ONLY_READINESS = {"inbox_evicting", "inbox_not_fenced"}


def codes(path: str, status: int) -> set[str]:
    """Read the codes of an error from the description."""
    (operation,) = DESCRIBED["paths"][path].values()
    schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    return set(schema["allOf"][1]["properties"]["error"]["properties"]["code"]["enum"])


def refusals() -> set[tuple[int, str]]:
    """Find every refusal with a fixed code in the receiver's source."""
    found = set()
    for path in (ROOT / "receiver").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RefusedError":
                status, code = node.args[:2]
                if isinstance(code, ast.Constant):
                    assert isinstance(status, ast.Attribute)
                    found.add((HTTPStatus[status.attr].value, str(code.value)))
    return found


def test_the_description_is_valid() -> None:
    """OpenAPI's own schema holds for it, JSON Schema's for its schemas, and every name is found."""
    schemathesis.openapi.from_dict(DESCRIBED).validate()
    Draft202012Validator.check_schema({"$defs": DESCRIBED["components"]["schemas"]})
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DESCRIBED)))
    assert named == set(DESCRIBED["components"]["schemas"])


def test_every_route_is_described_and_the_reverse() -> None:
    """No endpoint is forgotten, and none is made up."""
    app = create_app(
        ReceiverSettings.from_environ(
            {"VOUCHERIFY_WEBHOOK_SECRETS": "made-up-for-tests-01", "REDIS_URL": "redis://none/0"}
        )
    )
    routes = {
        (rule.rule, method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }

    assert routes == {(path, method) for path, its in DESCRIBED["paths"].items() for method in its}


def test_every_refusal_of_a_webhook_is_described_and_the_reverse() -> None:
    """Status and code stand in the description as they stand in the code."""
    described = {
        (int(status), code)
        for status in DESCRIBED["paths"][WEBHOOK]["post"]["responses"]
        if status not in {"202", "405", "503"}
        for code in codes(WEBHOOK, int(status))
    }

    assert refusals() == described
    assert codes(WEBHOOK, 503) == INBOX - ONLY_READINESS


def test_readiness_has_every_reason() -> None:
    """What the store can be, and draining."""
    assert codes("/readyz", 503) == INBOX | {json.loads(_BODY)["error"]["code"]}


@pytest.mark.parametrize("path", DESCRIBED["paths"])
def test_other_methods_are_described(path: str) -> None:
    """405 with the framework's code."""
    assert codes(path, 405) == {"method_not_allowed"}
