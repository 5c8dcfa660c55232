import json
from datetime import datetime

import pytest

from sandbox.faults.fault import (
    answer,
)
from sandbox.inprocess import InProcess
from tests.integration.sandbox.kit import START, balance, take


class CrashError(Exception):
    """What a test raises in a hook."""


@pytest.fixture
def card(shop: InProcess) -> str:
    """A gift card that holds 15.00."""
    return str(shop.scenario()["referees"][0]["card"]["id"])


def test_a_call_is_answered_without_a_socket(shop: InProcess, card: str) -> None:
    """A client of the transport speaks to the stand-ins, with the right keys."""
    assert take(shop, card).json()["balance"] == 1400
    assert balance(shop, card) == 1400
    assert shop.violations() == []


def test_a_caller_crashes_between_calls(shop: InProcess, card: str) -> None:
    """What a hook raises reaches the caller: before the call was sent, or after it counted."""

    def crash(*_: object) -> None:
        raise CrashError

    shop.before_request(crash)
    with pytest.raises(CrashError):
        take(shop, card)
    assert balance(shop, card) == 1500
    shop.transport.before.clear()
    shop.after_request(crash)
    with pytest.raises(CrashError):
        take(shop, card)
    assert balance(shop, card) == 1400


def test_hooks_see_call_and_answer(shop: InProcess, card: str) -> None:
    """A hook can write down what goes over the line."""
    seen: list[str] = []
    shop.before_request(lambda request: seen.append(request.method))
    shop.after_request(lambda _, response: seen.append(response.text))
    answered = take(shop, card)
    assert seen == ["POST", answered.text]


def test_webhooks_are_kept(shop: InProcess) -> None:
    """The test has the bodies and their headers, and nothing else sends them."""
    scene = shop.scenario(referees=2)
    bodies = shop.unassign(*(each["holder"] for each in scene["referees"]))
    assert shop.webhooks() == bodies
    shown = [json.loads(each)["data"]["holder"]["id"] for each in bodies]
    assert shown == [each["holder"] for each in scene["referees"]]
    assert len(shop.headers(bodies[0])["X-Voucherify-Signature"]) == 64
    assert shop.now() > datetime.fromisoformat(json.loads(bodies[0])["event"]["created_at"])


def test_time_stands_still_but_for_calls(shop: InProcess, card: str) -> None:
    """Nothing depends on how fast the test runs."""
    assert shop.now() == START
    take(shop, card)
    assert (shop.now() - START).total_seconds() == 0.001
    shop.advance(3600)
    assert (shop.now() - START).total_seconds() == 3600.001


def test_a_limit_is_a_matter_of_the_clock(shop: InProcess, card: str) -> None:
    """Waiting as long as the answer says is enough, and takes no time."""
    shop.call("PUT", "/limits", {"per_window": 2, "window_seconds": 60})
    assert [take(shop, card).status_code for _ in range(3)] == [200, 200, 429]
    shop.advance(60)
    assert take(shop, card).status_code == 200
    assert shop.call("GET", "/limits")["over"] == 1


def test_reset_forgets_all(shop: InProcess, card: str) -> None:
    """State, hooks, faults, options and time are as at the start."""
    shop.fault(answer(500), times=None)
    shop.before_request(lambda _: pytest.fail("a hook outlived the reset"))
    shop.call("PUT", "/options", {"index_lag": 3})
    shop.advance(10)
    shop.reset()
    assert (shop.webhooks(), shop.now(), shop.state("cards")) == ([], START, {"cards": {}})
    assert shop.call("GET", "/options")["index_lag"] == 0
    assert take(shop, card).status_code == 404


def test_what_the_sandbox_refuses_is_reported(shop: InProcess) -> None:
    """A typo in a test is an error with the sandbox's own words."""
    with pytest.raises(ValueError, match="refrees"):
        shop.call("POST", "/scenario", {"refrees": 1})
    with pytest.raises(ValueError, match="refrees"):
        shop.scenario(refrees=1)
