"""Promise 2: one effect for each assignment removed, whatever is sent how often."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.acceptance.conftest import MakeProduct
from tests.acceptance.product import Product
from tests.processes import wait_until


def test_one_signed_webhook_takes_the_reward_back_and_updates_the_crm(
    make_product: MakeProduct,
) -> None:
    """A referee is unassigned: the card falls by what the referral gave, the CRM gets one note."""
    product = make_product()
    referee = _referee(product, own=1200, reward={"type": "GIFT_VOUCHER", "amount": 500})
    assert _balance(product, referee) == 1700

    product.unassign(referee["holder"])

    _wait_for_effects(product, referee)
    assert _balance(product, referee) == 1200
    assert [note["customer"] for note in product.state("notes")] == [referee["customer"]]


def test_the_same_body_a_hundred_times_at_once_has_one_effect(make_product: MakeProduct) -> None:
    """Of a hundred deliveries of the same bytes one is accepted, and it takes back once."""
    product = make_product()
    referee = _referee(product)
    body = _webhook_of(product, referee)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: product.send(body), range(100)))

    _wait_for_effects(product, referee)
    assert [answer.status_code for answer in answers] == [202] * 100
    # The stand-in's own delivery may have come first.
    assert sum(not answer.json()["duplicate"] for answer in answers) <= 1
    assert len({answer.json()["delivery"] for answer in answers}) == 1
    _assert_once(product, referee)


def test_a_webhook_sent_again_in_other_bytes_has_no_second_effect(
    make_product: MakeProduct,
) -> None:
    """A new send-out about the same removal is a new delivery and completes without a job."""
    product = make_product()
    referee = _referee(product)
    again = json.loads(_webhook_of(product, referee))
    # Else either may be processed first.
    _wait_for_effects(product, referee)
    again["id"] = "whs_sent_again"
    again["event"]["id"] = "evcus_sent_again"

    answer = product.send(json.dumps(again).encode())

    product.wait_until_settled()
    assert answer.json()["duplicate"] is False
    shown = product.inbox("show", answer.json()["delivery"])
    assert shown["ended"]["process"].startswith("same assignment as delivery")
    _assert_once(product, referee)


def test_two_workers_take_back_once(make_product: MakeProduct) -> None:
    """Forty removals shared by two workers are each taken back once."""
    product = make_product("sandbox", "web", "worker", "worker")
    played = product.scenario(referees=40)

    product.unassign(*(referee["holder"] for referee in played["referees"]))

    wait_until(lambda: len(product.state("notes")) == 40, "every note is there")
    product.wait_until_settled()
    for referee in played["referees"]:
        _assert_once(product, referee, notes=False)
    assert len({note["customer"] for note in product.state("notes")}) == 40


def _referee(product: Product, **wishes: Any) -> dict[str, Any]:
    (referee,) = product.scenario(referees=1, **wishes)["referees"]
    found: dict[str, Any] = referee
    return found


def _webhook_of(product: Product, referee: dict[str, Any]) -> bytes:
    product.unassign(referee["holder"])
    sendouts = product.state("sendouts")
    return str(sendouts[-1]["body"]).encode()


def _balance(product: Product, referee: dict[str, Any]) -> int:
    return int(product.state("cards")[referee["card"]["id"]]["balance"])


def _removals(product: Product, referee: dict[str, Any]) -> list[dict[str, Any]]:
    transactions = product.state("cards")[referee["card"]["id"]]["transactions"]
    return [each for each in transactions if each["type"].endswith("_REMOVAL")]


def _wait_for_effects(product: Product, referee: dict[str, Any]) -> None:
    wait_until(lambda: bool(_removals(product, referee)), "the reward is taken back")
    wait_until(lambda: bool(product.state("notes")), "the CRM has its note")
    product.wait_until_settled()


def _assert_once(product: Product, referee: dict[str, Any], *, notes: bool = True) -> None:
    (removal,) = _removals(product, referee)
    assert removal["details"]["balance"]["amount"] == -referee["grant"]["amount"]
    if notes:
        (note,) = product.state("notes")
        assert note["customer"] == referee["customer"]
