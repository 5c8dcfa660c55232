import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.settings import SandboxSettings
from tests.integration.sandbox.kit import Api, signed


def put(client: FlaskClient, **options: Any) -> None:
    """Change options."""
    assert client.put("/sandbox/options", json=options).status_code == 200


def listed(api: Api, card: str) -> list[str]:
    """List the source ids of a card's transactions, oldest first."""
    page = api.call("GET", f"/vouchers/{card}/transactions?order=id").json
    assert page is not None
    return [each["source_id"] for each in page["data"]]


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_a_change_is_listed_some_calls_later(
    api: Api, client: FlaskClient, scene: Any, lag: int
) -> None:
    """The balance is right at once, its transaction is listed after so many further calls."""
    card = scene["referees"][0]["card"]["id"]
    put(client, index_lag=lag)
    api.call("POST", f"/vouchers/{card}/balance", json={"amount": -5, "source_id": "mine"})
    seen = ["mine" in listed(api, card) for _ in range(lag + 2)]
    assert seen == [False] * lag + [True, True]
    state = client.get("/sandbox/state?part=cards").json
    assert state is not None
    assert state["cards"][card]["balance"] == 1495


@pytest.mark.parametrize("zone", ["Z", "+00:00"])
@pytest.mark.parametrize("digits", [2, 3, 4, 6])
def test_moments_are_written_as_asked(
    api: Api, client: FlaskClient, scene: Any, zone: str, digits: int
) -> None:
    """Every moment of an answer, and apart from that of a webhook, has the style asked for."""
    style = {"zone": zone, "digits": digits}
    put(client, rest=style, webhooks={"zone": "Z", "digits": 6})
    referee = scene["referees"][0]
    text = api.call("GET", f"/customers/{referee['customer']}/redeemables").text
    found = re.findall(r"\d{4}-\d\d-\d\dT[^\"]+", text)
    pattern = re.compile(rf"[\dT:-]{{19}}\.\d{{{digits}}}{re.escape(zone)}")
    assert found
    assert all(pattern.fullmatch(each) for each in found)
    client.post("/sandbox/unassign", json={"holder": referee["holder"]})
    state = client.get("/sandbox/state?part=sendouts").json
    assert state is not None
    event = json.loads(state["sendouts"][0]["body"])["event"]
    assert re.fullmatch(r".+\.\d{6}Z", event["created_at"])


@pytest.mark.parametrize(
    "options", [{"rest": {"zone": "CET"}}, {"rest": {"digits": 7}}, {"lag": 3}, {"rest": {"x": 1}}]
)
def test_an_option_that_is_none_is_refused(client: FlaskClient, options: Any) -> None:
    """A typo changes nothing."""
    before = client.get("/sandbox/options").json
    assert client.put("/sandbox/options", json=options).status_code == 400
    assert client.get("/sandbox/options").json == before


def test_time_can_be_set_forward(client: FlaskClient, scene: Any) -> None:
    """Hours pass at once: what happens next happens then; a reset brings the real time back."""
    started = client.get("/sandbox/clock").json
    assert started is not None
    before = datetime.fromisoformat(started["now"])
    shown = client.post("/sandbox/clock", json={"advance_seconds": 7200}).json
    assert shown is not None
    assert shown["advanced_seconds"] == 7200
    assert datetime.fromisoformat(shown["now"]) - before >= timedelta(hours=2)
    client.post("/sandbox/unassign", json={"holder": scene["referees"][0]["holder"]})
    state = client.get("/sandbox/state?part=assignments").json
    assert state is not None
    ended = state["assignments"][scene["referees"][0]["holder"]]["ended_at"]
    assert datetime.fromisoformat(ended) - before >= timedelta(hours=2)
    client.post("/sandbox/reset")
    shown = client.get("/sandbox/clock").json
    assert shown is not None
    assert shown["advanced_seconds"] == 0


@pytest.mark.parametrize("seconds", [-1, "soon"])
def test_time_does_not_run_back(client: FlaskClient, seconds: Any) -> None:
    """Only forward, and only by a number."""
    answer = client.post("/sandbox/clock", json={"advance_seconds": seconds})
    assert answer.status_code == 400


def test_a_note_signed_at_the_set_time_is_taken(
    client: FlaskClient, settings: SandboxSettings
) -> None:
    """Both the set time and the machine's are right times of a signature, no other is."""
    shown = client.post("/sandbox/clock", json={"advance_seconds": 86400}).json
    assert shown is not None
    set_time = datetime.fromisoformat(shown["now"])
    moments = [set_time, set_time - timedelta(days=1), set_time - timedelta(hours=9)]
    statuses = []
    for number, at in enumerate(moments):
        call = signed(settings.crm_secret, {"customer_id": "x"}, key=f"key-{number}", at=at)
        statuses.append(client.post("/crm/events", **call).status_code)
    assert statuses == [201, 201, 401]
    forged = signed("whsec_AAAA", {"customer_id": "x"}, at=set_time)
    assert client.post("/crm/events", **forged).status_code == 401
