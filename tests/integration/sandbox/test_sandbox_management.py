from typing import Any

import pytest

from sandbox.inprocess import InProcess


PATH = "/management/v1/projects/proj_perkhookSandbox/webhooks"


def ask(shop: InProcess, path: str = PATH, **keys: str) -> Any:
    """Ask the Management API, by default with its keys."""
    settings = shop.settings
    right = {
        "X-Management-Id": settings.management_id,
        "X-Management-Token": settings.management_token,
    }
    with shop.client() as client:
        return client.get(path, headers={**right, **keys})


@pytest.mark.parametrize("active", [True, False])
def test_the_webhook_is_shown_as_the_sender_has_it(shop: InProcess, active: bool) -> None:
    """On or off, where it goes, and what it is said to be sent."""
    shop.call("PUT", "/webhook", {"active": active, "url": "http://a.example/w", "events": ["x"]})
    shown = ask(shop).json()
    assert (shown["object"], shown["data_ref"], shown["total"]) == ("list", "data", 1)
    [webhook] = shown["data"]
    assert (webhook["active"], webhook["target_url"]) == (active, "http://a.example/w")
    assert (webhook["events"], webhook["object"]) == (["x"], "webhook")
    assert shop.violations() == []


@pytest.mark.parametrize("wrong", ["X-Management-Id", "X-Management-Token"])
def test_the_management_keys_are_needed(shop: InProcess, wrong: str) -> None:
    """The project's own keys, which the client sends too, open nothing here."""
    answer = ask(shop, **{wrong: "another"})
    assert (answer.status_code, answer.json()["key"]) == (401, "unauthorized")
    assert [each["rule"] for each in shop.violations()] == ["keys"]


def test_another_project_is_not_found(shop: InProcess) -> None:
    """Keys of one project show nothing of another."""
    assert ask(shop, PATH.replace("Sandbox", "Other")).status_code == 404


def test_what_is_not_specified_is_refused(shop: InProcess) -> None:
    """The list takes no parameters."""
    assert ask(shop, f"{PATH}?limit=1").status_code == 400
    assert [each["rule"] for each in shop.violations()] == ["query"]


def test_it_is_no_call_of_the_project_api(shop: InProcess) -> None:
    """Its faults are its own, and the limit of the project's calls does not count it."""
    shop.call("PUT", "/limits", {"per_window": 1})
    shop.call("PUT", "/faults", {"management": {"status": 503, "times": 1}})
    assert [ask(shop).status_code for _ in range(3)] == [503, 200, 200]
    assert shop.call("GET", "/limits")["requests"] == 0
    seen = shop.call("GET", "/requests?component=management")
    assert [each["status"] for each in seen] == [503, 200, 200]
