from typing import Any

import httpx2
import pytest

from tests.integration.worker.ledger import Ledger
from tests.integration.worker.shop import Shop
from tests.unit.worker.build import job
from tests.unit.worker.learned import InMemory
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.errors import JobError, PermanentError, RetryableError
from worker.http_client import make_client
from worker.settings.policies import Policies
from worker.voucherify.http import VoucherifyHttp
from worker.voucherify.rest import VoucherifyApi


BALANCE = {"method": "POST", "path": "*/balance", "times": 1}
READ_BACK = {"method": "GET", "path": "*/transactions", "skip": 1, "times": 1}
OWN_REFUSAL = {"code": 400, "message": "no"}


@pytest.mark.parametrize(
    ("fault", "reason", "applied"),
    [
        ({"drop": True, "apply": True}, "voucherify_unknown_outcome", True),
        ({"drop": True}, "voucherify_unknown_outcome", False),
        ({"status": 500, "apply": True}, "voucherify_unknown_outcome", True),
        ({"status": 500}, "voucherify_unknown_outcome", False),
        ({"status": 504, "apply": True}, "voucherify_unknown_outcome", True),
        ({"status": 200, "body": "<html>"}, "voucherify_unknown_outcome", False),
        ({"status": 200, "body": "<html>", "apply": True}, "voucherify_unknown_outcome", True),
        ({"status": 429, "headers": {"Retry-After": "300"}}, "voucherify_answered_429", False),
        ({"status": 401}, "voucherify_answered_401", False),
        ({"status": 403}, "voucherify_answered_403", False),
    ],
)
def test_a_failed_balance_change_is_made_once_in_the_end(
    shop: Shop,
    perks: VoucherifyPerks,
    ledger: Ledger,
    *,
    fault: dict[str, Any],
    reason: str,
    applied: bool,
) -> None:
    """Whether or not the failed call took effect, the next run leaves it taken exactly once."""
    referee = shop.scenario(own=1000)["referees"][0]
    card = referee["card"]["id"]
    event = shop.removal_event(referee["holder"])
    shop.faults("voucherify", {**BALANCE, **fault})

    with pytest.raises(RetryableError) as caught:
        perks.revoke(event, job())

    assert caught.value.reason == reason
    assert len(shop.take_backs(card)) == applied
    if reason == "voucherify_unknown_outcome":
        assert caught.value.retry_after_seconds == 15
        ledger.pass_time(301)
    assert perks.revoke(event, job()) == f"took back 500 from card {card}"
    assert shop.take_backs(card) == [(-500, f"rvk:{referee['holder']}:gift_credits")]
    assert shop.balance(card) == 1000


def test_a_balance_change_that_is_refused_is_final(shop: Shop, perks: VoucherifyPerks) -> None:
    """A 400 to the one POST is for an operator, with the API's slug."""
    referee = shop.scenario()["referees"][0]
    event = shop.removal_event(referee["holder"])
    shop.faults(
        "voucherify", {**BALANCE, "status": 400, "body": {**OWN_REFUSAL, "key": "invalid_payload"}}
    )

    with pytest.raises(PermanentError, match=r"answered 400 \(invalid_payload\)"):
        perks.revoke(event, job())


def test_a_card_that_is_spent_meanwhile_gives_the_rest(shop: Shop, perks: VoucherifyPerks) -> None:
    """More was asked for than there is by then: the balance is read again, the rest is taken."""
    referee = shop.scenario(own=0)["referees"][0]
    card = referee["card"]["id"]
    event = shop.removal_event(referee["holder"])
    exceeded = {"status": 400, "body": {**OWN_REFUSAL, "key": "gift_amount_exceeded"}}
    shop.faults("voucherify", {**BALANCE, **exceeded})
    with pytest.raises(RetryableError, match="changed meanwhile"):
        perks.revoke(event, job())
    shop.move(card, -100, "CREDITS_REDEMPTION")

    assert perks.revoke(event, job()).startswith(f"took back 400 from card {card} (100 ")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 500}, "voucherify_answered_500"),
        ({"drop": True}, "voucherify_unreachable"),
        ({"status": 200, "body": {"data": [], "has_more": False}}, "voucherify_unconfirmed"),
        ({"status": 200, "body": {}}, "voucherify_unreadable"),
        ({"status": 429, "headers": {"Retry-After": "5"}}, "voucherify_answered_429"),
    ],
)
def test_a_change_that_is_not_seen_afterwards_is_searched_for_later(
    shop: Shop, perks: VoucherifyPerks, fault: dict[str, Any], reason: str
) -> None:
    """If the reading back fails or shows nothing yet, the next run only checks again."""
    referee = shop.scenario(own=1000)["referees"][0]
    event = shop.removal_event(referee["holder"])
    # Another balance than expected: someone changed the card beside us.
    answer = {"amount": -500, "balance": 700, "object": "balance"}
    beside = {**BALANCE, "status": 200, "apply": True, "body": answer}
    shop.faults("voucherify", {**READ_BACK, **fault}, beside)

    with pytest.raises(RetryableError) as caught:
        perks.revoke(event, job())

    assert caught.value.reason == reason
    assert perks.revoke(event, job()).startswith("took back 500")
    assert len(shop.take_backs(referee["card"]["id"])) == 1
    assert shop.balance(referee["card"]["id"]) == 1000


@pytest.mark.parametrize(
    ("fault", "reason", "kind"),
    [
        ({"status": 500}, "voucherify_answered_500", RetryableError),
        ({"status": 401}, "voucherify_answered_401", RetryableError),
        ({"status": 429}, "voucherify_answered_429", RetryableError),
        ({"drop": True}, "voucherify_unreachable", RetryableError),
        ({"status": 200, "body": {}, "apply": True}, "voucherify_unreadable", RetryableError),
        ({"status": 200, "body": [], "apply": True}, "voucherify_unreadable", RetryableError),
        ({"status": 403}, "voucherify_answered_403", RetryableError),
        ({"status": 302, "headers": {"Location": "/x"}}, "voucherify_answered_302", RetryableError),
    ],
)
@pytest.mark.parametrize("path", ["*/redeemables", "*/holders", "*/transactions"])
def test_nothing_is_sent_when_reading_fails(
    shop: Shop,
    perks: VoucherifyPerks,
    *,
    fault: dict[str, Any],
    reason: str,
    kind: type[JobError],
    path: str,
) -> None:
    """Without having read the lists to their end, no balance is changed and nothing is done."""
    referee = shop.scenario()["referees"][0]
    event = shop.removal_event(referee["holder"])
    shop.faults("voucherify", {"path": path, "times": 1, **fault})

    with pytest.raises(kind) as caught:
        perks.revoke(event, job())

    assert caught.value.reason == reason
    assert shop.requests("voucherify", "POST") == []


def test_an_answer_that_does_not_come_is_a_timeout_of_unknown_outcome(
    shop: Shop, ledger: Ledger
) -> None:
    """A balance change that is applied after the client stopped waiting is not made again."""
    referee = shop.scenario(own=1000)["referees"][0]
    event = shop.removal_event(referee["holder"])
    client = make_client()
    impatient = httpx2.Timeout(10, read=0.3).as_dict()

    def wait_little(request: httpx2.Request) -> None:
        if request.method == "POST":
            request.extensions["timeout"] = impatient

    client.event_hooks["request"] = [wait_little]
    keys = (shop.settings.app_id, shop.settings.app_token)
    api = VoucherifyApi(VoucherifyHttp(shop.url, *keys, client=client))
    perks = VoucherifyPerks(api, ledger, Policies(mark_customer=False), InMemory())
    shop.faults("voucherify", {**BALANCE, "delay_seconds": 60})

    with pytest.raises(RetryableError) as caught:
        perks.revoke(event, job())

    assert caught.value.reason == "voucherify_unknown_outcome"
    ledger.pass_time(301)
    client.event_hooks["request"] = []
    shop.well()
    assert perks.revoke(event, job()).startswith("took back 500")
    assert len(shop.take_backs(referee["card"]["id"])) == 1
    perks.close()


def test_wrong_keys_wait_for_an_operator(shop: Shop, ledger: Ledger) -> None:
    """Wrong keys are the account's fault: every job is tried again, and none reports the key."""
    referee = shop.scenario()["referees"][0]
    event = shop.removal_event(referee["holder"])
    api = VoucherifyApi(VoucherifyHttp(shop.url, "wrong-id", "wrong-token"))
    perks = VoucherifyPerks(api, ledger, Policies(), InMemory())

    with pytest.raises(RetryableError) as caught:
        perks.revoke(event, job())

    assert str(caught.value) == "voucherify answered 401 (unauthorized)"
    perks.close()
