from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.sandbox.kit import Api


def limits(client: FlaskClient) -> Any:
    """Return what was counted."""
    return client.get("/sandbox/limits").json


def test_nothing_is_limited_by_default(api: Api, client: FlaskClient, scene: Any) -> None:
    """Without a limit an answer names none, and nothing is counted."""
    answer = api.call("GET", f"/vouchers/{scene['code']['id']}")
    assert not [name for name, _ in answer.headers if name.startswith("X-Rate")]
    assert (limits(client)["requests"], limits(client)["per_window"]) == (0, None)


def test_every_answer_says_what_is_left(api: Api, client: FlaskClient) -> None:
    """Errors too carry the three headers, and the room shrinks by one with each call."""
    client.put("/sandbox/limits", json={"per_window": 3})
    answers = [api.call("GET", "/vouchers/none") for _ in range(3)]
    assert [each.status_code for each in answers] == [404] * 3
    assert [each.headers["X-Rate-Limit-Remaining"] for each in answers] == ["2", "1", "0"]
    assert {each.headers["X-Rate-Limit-Limit"] for each in answers} == {"3"}


def test_a_call_too_many_has_no_effect(api: Api, client: FlaskClient, scene: Any) -> None:
    """Over the limit the documented body comes with the time to wait, until it has passed."""
    card = scene["referees"][0]["card"]["id"]
    client.put("/sandbox/limits", json={"per_window": 2, "window_seconds": 60})
    take = {"amount": -100}
    answers = [api.call("POST", f"/vouchers/{card}/balance", json=take) for _ in range(3)]
    refused = answers[2]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert refused.json == {
        "code": 429,
        "message": "Too many requests hit the API too quickly.",
    }
    assert refused.headers["X-Rate-Limit-Type"] == "api_calls"
    wait = int(refused.headers["Retry-After"])
    assert 40 <= wait <= 60
    client.post("/sandbox/clock", json={"advance_seconds": wait})
    assert api.call("POST", f"/vouchers/{card}/balance", json=take).status_code == 200
    shown = limits(client)
    assert (shown["requests"], shown["over"], shown["most_in_any_window"]) == (4, 1, 3)


@pytest.mark.parametrize("limit", [{"per_cycle": 1}, {"subscription_ended": True}])
def test_a_cycle_that_is_used_up_is_distinguished(
    api: Api, client: FlaskClient, limit: dict[str, Any]
) -> None:
    """What waiting a minute does not end is named, and lasts until the cycle's end."""
    client.put("/sandbox/limits", json={"per_window": 100, **limit})
    answers = [api.call("GET", "/vouchers/none") for _ in range(2)]
    assert answers[1].status_code == 429
    assert answers[1].headers["X-Rate-Limit-Type"] == "api_calls_cycle"
    assert int(answers[1].headers["Retry-After"]) > 24 * 3600


def test_a_limit_can_be_lifted(api: Api, client: FlaskClient) -> None:
    """An empty body ends the limit and the count."""
    client.put("/sandbox/limits", json={"per_window": 0})
    assert api.call("GET", "/vouchers/none").status_code == 429
    client.put("/sandbox/limits", json={})
    assert api.call("GET", "/vouchers/none").status_code == 404
    assert limits(client)["over"] == 0


@pytest.mark.parametrize("limit", [{"per_windwo": 3}, {"per_window": 3, "window_seconds": 0}])
def test_a_limit_that_is_none_is_refused(client: FlaskClient, limit: dict[str, Any]) -> None:
    """A typo must not leave a test without its limit."""
    assert client.put("/sandbox/limits", json=limit).status_code == 400
