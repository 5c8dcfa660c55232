import json
from contextlib import suppress

import httpx2
import pytest
from flask.testing import FlaskClient

from sandbox.faults.catalogue import CATALOGUE
from sandbox.faults.fault import applied
from sandbox.inprocess import InProcess
from tests.integration.sandbox.kit import Api, balance, take


ANSWERED = [name for name, each in CATALOGUE.items() if each.status is not None]
OVER_A_SOCKET = [name for name in ANSWERED if CATALOGUE[name].late_seconds is None]


@pytest.fixture
def card(shop: InProcess) -> str:
    """A gift card that holds 15.00."""
    return str(shop.scenario()["referees"][0]["card"]["id"])


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_catalogued_answer_has_its_effect_or_has_not(
    shop: InProcess, card: str, name: str
) -> None:
    """Each is what the catalogue says, and only the state shows whether the call counted."""
    shop.fault(CATALOGUE[name])
    wanted, answered = CATALOGUE[name], None
    with suppress(httpx2.TransportError):
        answered = take(shop, card)
    assert (answered and answered.status_code) == wanted.status
    if answered is not None:
        assert answered.content == wanted.body
        assert answered.headers.get("Content-Type") == wanted.headers.get("Content-Type")
    assert balance(shop, card) == (1400 if wanted.applies else 1500)
    shop.advance(60)
    applied = wanted.applies or wanted.late_seconds is not None
    assert balance(shop, card) == (1400 if applied else 1500)
    assert take(shop, card).status_code == 200


def test_a_name_chooses_the_calls_of_a_kind(shop: InProcess, card: str) -> None:
    """A catalogued answer meets a method and a path, as every fault does."""
    shop.fault(CATALOGUE["404-other"], method="GET")
    assert take(shop, card).status_code == 200
    with shop.client() as client:
        shown = client.get(f"/v1/vouchers/{card}").json()
    assert (shown["code"], shown["key"]) == (404, "not_found")
    assert shown["resource_id"] not in {card, None}


def test_any_answer_can_hide_an_effect(shop: InProcess, card: str) -> None:
    """Behind a gateway that sends a call twice even a 404 can follow an effect."""
    shop.fault(applied(CATALOGUE["404-gateway"]))
    assert take(shop, card).status_code == 404
    assert balance(shop, card) == 1400


@pytest.mark.parametrize("name", OVER_A_SOCKET)
def test_a_fault_answers_the_same(api: Api, client: FlaskClient, name: str) -> None:
    """The stand-ins' own faults know the same names, and give the same bytes and headers."""
    scene = client.post("/sandbox/scenario", json={}).json
    assert scene is not None
    card, wanted = scene["referees"][0]["card"]["id"], CATALOGUE[name]
    fault = {"voucherify": {"awkward": name, "times": 1}}
    assert client.put("/sandbox/faults", json=fault).status_code == 200
    answered = api.call("POST", f"/vouchers/{card}/balance", json={"amount": -100})
    assert (answered.status_code, answered.data) == (wanted.status, wanted.body)
    headers = {key: answered.headers.get(key) for key in wanted.headers}
    assert headers == wanted.headers
    state = client.get("/sandbox/state?part=cards").json
    assert state is not None
    assert state["cards"][card]["balance"] == (1400 if wanted.applies else 1500)


@pytest.mark.parametrize(
    ("name", "left"),
    [("reset", 1500), ("reset-applied", 1400), ("silence", 1500), ("silence-late", 1400)],
)
def test_a_fault_can_break_the_line(shop: InProcess, card: str, name: str, left: int) -> None:
    """A connection breaks without an answer, before the effect, after it, or long before it."""
    shop.call("PUT", "/faults", {"voucherify": {"awkward": name, "times": 1}})
    with pytest.raises(httpx2.TransportError):
        take(shop, card)
    assert balance(shop, card) == left


@pytest.mark.parametrize("name", ["504-late", "404-moon"])
def test_a_fault_refuses_a_name_that_it_cannot_serve(client: FlaskClient, name: str) -> None:
    """An unknown name, or one that only a line in process can have, changes nothing."""
    answer = client.put("/sandbox/faults", json={"voucherify": {"awkward": name}})
    assert answer.status_code == 400
    assert client.get("/sandbox/faults").json == {"faults": {}}


def test_a_fault_can_say_more_than_its_catalogued_answer(api: Api, client: FlaskClient) -> None:
    """What the fault itself names goes before what the catalogue says."""
    fault = {"awkward": "503-html", "apply": True, "headers": {"Retry-After": "7"}}
    client.put("/sandbox/faults", json={"voucherify": fault})
    answered = api.call("GET", "/campaigns")
    assert (answered.status_code, answered.headers["Retry-After"]) == (503, "7")


def test_the_catalogue_hides_every_doubtful_change_both_ways() -> None:
    """Whatever may hide a change is there with the change and without it."""
    names = set(CATALOGUE)
    doubtful = {
        name
        for name, each in CATALOGUE.items()
        if not name.endswith(("-applied", "-late"))
        and (each.status is None or each.status < 400 or each.status >= 499)
    }
    assert {f"{name}-applied" for name in doubtful} <= names
    assert {name for name, each in CATALOGUE.items() if each.applies} == {
        name for name in names if name.endswith("-applied")
    }
    assert {200, 202, 204, 207, 301, 302, 400, 401, 402, 403, 404, 408, 409} <= {
        each.status for each in CATALOGUE.values()
    }
    with pytest.raises(json.JSONDecodeError):
        json.loads(CATALOGUE["200-truncated"].body or b"")
