import json
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox.inprocess import InProcess
from tests.integration.sandbox.kit import Target, until


def steer(client: FlaskClient, method: str, path: str, body: Any = None) -> Any:
    """Steer the sandbox."""
    answer = client.open(f"/sandbox{path}", method=method, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json


def sendouts(client: FlaskClient) -> list[Any]:
    """List the webhooks."""
    found: list[Any] = steer(client, "GET", "/state?part=sendouts")["sendouts"]
    return found


def removed(client: FlaskClient, number: int, **faults: Any) -> list[str]:
    """Let things go wrong, and remove so many referees."""
    steer(client, "PUT", "/webhook", faults)
    made = steer(client, "POST", "/codes", {"codes": number, "referees": 1})
    holders = [each["referees"][0]["holder"] for each in made["codes"]]
    steer(client, "POST", "/unassign", {"holders": holders})
    return holders


def holder_of(body: str | bytes) -> str:
    """Name the assignment that a webhook is about."""
    return str(json.loads(body)["data"]["holder"]["id"])


def test_many_codes_are_made_at_once(shop: InProcess) -> None:
    """Each with its referrer and its referees, who are assigned and have their reward."""
    made = shop.call("POST", "/codes", {"codes": 3, "referees": 2})
    assert len(made["codes"]) == 3
    assert len(shop.webhooks()) == 0
    state = shop.state("assignments", "cards")
    for code in made["codes"]:
        assert state["assignments"][code["referrer"]["holder"]]["holder_role"] == "REFERRER"
        for referee in code["referees"]:
            held = state["assignments"][referee["holder"]]
            assert (held["redeemable_id"], held["campaign_id"]) == (code["id"], made["campaign"])
            assert held["customer_id"] == referee["customer"]
            assert state["cards"][referee["card"]]["balance"] == 500
    more = shop.call("POST", "/codes", {"codes": 1, "campaign": made["campaign"], "reward": None})
    assert more["campaign"] == made["campaign"]
    assert more["codes"][0]["referees"][0]["card"] is None


@pytest.mark.parametrize("spacing", [0.0, 0.5])
def test_codes_are_as_far_apart_as_asked(shop: InProcess, spacing: float) -> None:
    """All of one moment, or one after another, and in any case before the assignments."""
    made = shop.call("POST", "/codes", {"codes": 5, "spacing_seconds": spacing})
    moments = {each["created_at"] for each in shop.state("codes")["codes"].values()}
    assert len(moments) == (5 if spacing else 1)
    held = shop.state("assignments")["assignments"][made["codes"][0]["referees"][0]["holder"]]
    assert max(moments) < held["created_at"]


def test_announced_codes_send_webhooks(shop: InProcess) -> None:
    """One for each assignment of a referee, if asked for."""
    shop.call("POST", "/codes", {"codes": 2, "referees": 3, "announce": True})
    assert len(shop.webhooks()) == 6


@pytest.mark.parametrize("body", [{"codes": 1, "referee": 2}, {"referees": 2}])
def test_a_typo_in_a_scene_is_refused(shop: InProcess, body: Any) -> None:
    """Nothing is made."""
    with pytest.raises(ValueError, match="bad_value"):
        shop.call("POST", "/codes", body)
    with pytest.raises(ValueError, match="not_found"):
        shop.call("POST", "/codes", {"codes": 1, "campaign": "camp_none"})
    assert shop.state("codes")["codes"] == {}


def test_ten_thousand_codes_are_quick(shop: InProcess) -> None:
    """Made in no time; the last page of them costs no walk over all, nor does a window."""
    started = time.process_time()
    made = shop.call("POST", "/codes", {"codes": 10_000, "referees": 0})
    assert time.process_time() - started < 5
    query = {"limit": "100", "page": "99", "campaign_id": made["campaign"]}
    with shop.client() as client:
        started = time.process_time()
        for _ in range(10):
            page = client.get("/v1/vouchers", params=query).json()
        assert time.process_time() - started < 0.5
    assert (page["total"], len(page["vouchers"])) == (10_000, 100)


def test_referees_are_made_and_removed_in_one_call(shop: InProcess) -> None:
    """Under a millisecond each on a quiet machine, and so is what became of them."""
    started = time.process_time()
    made = shop.call("POST", "/codes", {"codes": 500, "referees": 1})
    shop.unassign(*(each["referees"][0]["holder"] for each in made["codes"]))
    shown = shop.call("GET", "/removals")
    assert time.process_time() - started < 2
    assert len(shown["holders"]) == 500
    assert {each["times"] for each in shown["holders"].values()} == {0}


def test_what_was_taken_back_is_reported_for_each_assignment(shop: InProcess) -> None:
    """How often, how much and under which names; who still is assigned is not in it."""
    made = shop.call("POST", "/codes", {"codes": 3, "referees": 1})
    first, second, _ = (each["referees"][0] for each in made["codes"])
    shop.unassign(first["holder"], second["holder"])
    with shop.client() as client:
        for name in ("a", "a", "b"):
            body = {"amount": -100, "source_id": f"{name}:{first['holder']}"}
            client.post(f"/v1/vouchers/{first['card']}/balance", json=body)
        body = {"amount": -50, "source_id": "of no assignment"}
        client.post(f"/v1/vouchers/{second['card']}/balance", json=body)
    shown = shop.call("GET", "/removals")
    assert set(shown["holders"]) == {first["holder"], second["holder"]}
    taken = shown["holders"][first["holder"]]
    assert (taken["times"], taken["taken"], taken["granted"]) == (3, 300, 500)
    assert (taken["card"], taken["customer"]) == (first["card"], first["customer"])
    other = shown["holders"][second["holder"]]
    assert (other["times"], other["taken"], len(other["removals"])) == (0, 0, 1)
    assert shown["source_ids"] == {
        f"a:{first['holder']}": 2,
        f"b:{first['holder']}": 1,
        "of no assignment": 1,
    }


def test_a_share_of_the_webhooks_is_lost(client: FlaskClient, target: Target) -> None:
    """The lost ones are noted and never tried; the same seed loses the same ones."""
    removed(client, 60, lose=0.3, seed=5)
    first = [each["state"] == "lost" for each in sendouts(client)]
    assert 8 < sum(first) < 28
    until(lambda: len(target.received) == 60 - sum(first))
    until(lambda: {each["state"] for each in sendouts(client)} == {"lost", "delivered"})
    assert not [each for each in sendouts(client) if each["state"] == "lost" and each["tries"]]
    for seed, same in ((5, True), (6, False)):
        steer(client, "POST", "/reset", {})
        removed(client, 60, lose=0.3, seed=seed)
        assert ([each["state"] == "lost" for each in sendouts(client)] == first) is same


class Ahead:
    """The module `time`, whose monotonic clock a test sets forward."""

    seconds = 0.0
    perf_counter = staticmethod(time.perf_counter)

    def monotonic(self) -> float:
        """Return the time."""
        return time.monotonic() + self.seconds


def test_a_share_of_the_webhooks_comes_late(
    app: Flask, client: FlaskClient, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prompt ones all come, and the late ones not before their hour is over."""
    clock, sender = Ahead(), app.extensions["sandbox"].sender
    monkeypatch.setattr("sandbox.webhooks.sender.time", clock)
    holders = removed(client, 20, delay_seconds=3600, delay_share=0.5, seed=3)
    with sender._changed:
        late = {holder_of(each.sendout.body) for each in sender._due if _waits(each.at)}
    assert 4 < len(late) < 16
    prompt = 20 - len(late)
    until(lambda: [each["state"] for each in sendouts(client)].count("delivered") == prompt)
    again = next(each["id"] for each in sendouts(client) if each["state"] == "delivered")

    # What a person sends again goes at once, and all threads have searched for what is due.
    clock.seconds = 3500
    with sender._changed:
        sender._changed.notify_all()
    sender.resend(again)
    until(lambda: len(target.received) == prompt + 1)
    assert {holder_of(body) for _, body in target.received} == set(holders) - late
    assert {holder_of(each["body"]) for each in sendouts(client) if not each["tries"]} == late

    clock.seconds = 3600
    with sender._changed:
        sender._changed.notify_all()
    until(lambda: {each["state"] for each in sendouts(client)} == {"delivered"})
    assert {holder_of(body) for _, body in target.received[prompt + 1 :]} == late


def _waits(at: float) -> bool:
    return at > time.monotonic() + 1800


def test_a_share_of_the_webhooks_is_repeated(client: FlaskClient, target: Target) -> None:
    """Twice more the same bytes, for about half of them."""
    holders = removed(client, 20, repeat=2, repeat_share=0.5, seed=3)
    until(lambda: {each["state"] for each in sendouts(client)} == {"delivered"})
    until(lambda: len(target.received) == sum(len(each["tries"]) for each in sendouts(client)))
    counts = [sum(holder_of(body) == holder for _, body in target.received) for holder in holders]
    assert set(counts) == {1, 3}
    assert len({body for _, body in target.received}) == 20


@pytest.mark.parametrize(
    "body", [{"lose": 1.5}, {"repeat": -1}, {"looses": 1}, {"seed": 1, "x": 2}]
)
def test_a_fault_that_is_none_is_refused(client: FlaskClient, body: Any) -> None:
    """A typo would make a test pass for nothing."""
    assert client.put("/sandbox/webhook", json=body).status_code == 400


def test_one_dial_leaves_the_others(client: FlaskClient) -> None:
    """What is not named stays; a reset makes all things go well."""
    steer(client, "PUT", "/webhook", {"lose": 0.5, "repeat": 2})
    shown = steer(client, "PUT", "/webhook", {"delay_seconds": 1})["webhook"]
    assert (shown["lose"], shown["repeat"], shown["delay_seconds"]) == (0.5, 2, 1)
    steer(client, "POST", "/reset", {})
    shown = steer(client, "GET", "/state?part=webhook")["webhook"]
    assert (shown["lose"], shown["repeat"], shown["delay_seconds"]) == (0, 0, 0)
