"""Whether metadata is merged is found out once, and nothing of a customer's is lost by it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from inbox.state.learned import Learned
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.shop import Shop
from tests.integration.worker.steps import SHOW, code_and_card
from tests.unit.worker.build import job, removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.revocations import REFEREE
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.errors import PermanentError, PostponedError, RetryableError
from worker.revocation.execute.mark import LONGEST_TRIES_SECONDS, MARK, Marking
from worker.settings.policies import Policies
from worker.voucherify.answer import Answer
from worker.voucherify.rest import VoucherifyApi


NO_ANSWER = RetryableError("voucherify_no_answer", "no answer", outage=True)


@pytest.fixture
def marking_shop(shop: Shop) -> Iterator[Shop]:
    """The stand-ins, as usual again at the end."""
    yield shop
    with shop.world.lock:
        shop.world.store.options.clear()


def _perks(api: VoucherifyApi, ledger: Ledger) -> VoucherifyPerks:
    return VoucherifyPerks(api, ledger, Policies(mark_customer=True), Learned(ledger.store))


def _metadata(shop: Shop, customer: str) -> Any:
    return shop.api("GET", f"/v1/customers/{customer}")["metadata"]


def _marks(shop: Shop) -> list[Any]:
    return [each["method"] for each in shop.requests("voucherify") if _is_of_customer(each)]


def _is_of_customer(request: dict[str, Any]) -> bool:
    return "/customers/" in request["path"] and not request["path"].endswith("/redeemables")


@pytest.mark.parametrize(
    ("how", "calls"),
    [
        # Read, our key alone; from then on it is known.
        ("merge", [["GET", "PUT"], ["PUT"], ["PUT"]]),
        # Read, our key alone, everything put back; from then on read, and everything is sent.
        ("replace", [["GET", "PUT", "PUT"], ["GET", "PUT"], ["GET", "PUT"]]),
    ],
)
def test_it_is_learnt_once_for_all_workers(
    marking_shop: Shop, api: VoucherifyApi, ledger: Ledger, how: str, calls: list[list[str]]
) -> None:
    """Whatever Voucherify does with other metadata, customers keep theirs."""
    shop = marking_shop
    shop.call("PUT", "/sandbox/options", {"metadata_put": how})
    referees = shop.scenario(referees=3)["referees"]
    made = []
    for referee in referees:
        path = f"/v1/customers/{referee['customer']}"
        shop.api("PUT", path, {"metadata": {"tea": "oolong", "cups": 3}})
        event = shop.removal_event(referee["holder"])
        before = len(_marks(shop))
        # Another worker each time, which shares no more than the store.
        outcome = _perks(api, ledger).revoke(event, job())
        assert outcome.endswith("marked the customer")
        made.append(_marks(shop)[before:])
        found = _metadata(shop, referee["customer"])
        assert found.pop(MARK) == event.event.created_at.isoformat(timespec="milliseconds")
        assert found == {"tea": "oolong", "cups": 3}

    # What a test reads and writes itself stands among the calls before each run.
    assert made == calls


def test_metadata_that_is_not_defined_fails_nothing(
    marking_shop: Shop, api: VoucherifyApi, ledger: Ledger
) -> None:
    """The reward is taken, the outcome says why there is no mark, and the effect is refused."""
    shop = marking_shop
    shop.call("PUT", "/sandbox/options", {"defined_metadata": []})
    referee = shop.scenario()["referees"][0]
    event = shop.removal_event(referee["holder"])

    outcome = _perks(api, ledger).revoke(event, job())

    card = referee["card"]["id"]
    assert outcome.startswith(
        f"took back 500 from card {card}, not marked: voucherify answered 400"
    )
    assert shop.balance(card) == 1000
    states = {each.fields["perk"]: each.state.value for each in ledger.all().values()}
    assert states == {"gift_credits": "confirmed", "customer_mark": "refused"}


class _Spare:
    """Spare calls that are used up some time."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self) -> None:
        if not self.left:
            raise PostponedError("perks_spare", "none", seconds=20)
        self.left -= 1


def _marked(ledger: Ledger, api: FakeApi, **calls: Any) -> str:
    """Mark the customer by a worker that shares no more than the store."""
    marking, made = Marking(api, ledger, Learned(ledger.store)), replace(job(), **calls)
    return marking.mark(removal(), SHOW, made, wait=True)


@pytest.mark.parametrize("spare", range(3))
def test_a_budget_that_is_used_up_loses_no_metadata(ledger: Ledger, spare: int) -> None:
    """Reading and our key alone wait for spare calls; putting the others back does not."""
    api = code_and_card()
    api.merges = False

    if spare < 2:
        with pytest.raises(PostponedError):
            _marked(ledger, api, spare_call=_Spare(spare))
        assert api.customers[REFEREE]["metadata"] == {"tea": "oolong"}
    assert _marked(ledger, api, spare_call=_Spare(2)) == "marked the customer"
    assert api.customers[REFEREE]["metadata"].keys() == {"tea", MARK}


def test_what_was_removed_is_put_back_before_calls_are_to_spare(ledger: Ledger) -> None:
    """No call at all was left for it: the next run of any job puts it back first."""
    api = code_and_card()
    api.merges = False
    with pytest.raises(PostponedError):
        _marked(ledger, api, count_call=_Spare(0))
    assert api.customers[REFEREE]["metadata"].keys() == {MARK}

    assert _marked(ledger, api, spare_call=_Spare(0)) == "marked the customer"

    assert api.customers[REFEREE]["metadata"].keys() == {"tea", MARK}


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_that_does_not_come_loses_no_metadata(ledger: Ledger, lost: int) -> None:
    """Neither that to our key alone, nor that to the call that puts the others back."""
    api = code_and_card()
    api.merges = False
    calls = []

    def lose(call: str) -> None:
        if call.startswith("set "):
            calls.append(call)
            if len(calls) == lost:
                if lost == 1:
                    api.customers[REFEREE]["metadata"] = {MARK: "x"}
                raise NO_ANSWER

    api.interrupt = lose

    with pytest.raises(RetryableError):
        _marked(ledger, api)
    assert api.customers[REFEREE]["metadata"].keys() == {MARK}
    ledger.pass_time(2 * LONGEST_TRIES_SECONDS)
    assert _marked(ledger, api) == "marked the customer"
    assert api.customers[REFEREE]["metadata"].keys() == {"tea", MARK}


def test_a_mark_is_not_given_up_while_metadata_may_be_lost(ledger: Ledger) -> None:
    """However long it fails, until another worker has found that nothing was lost."""
    api = code_and_card()
    api.answers = [NO_ANSWER] * 9
    with pytest.raises(RetryableError):
        _marked(ledger, api)
    ledger.pass_time(2 * LONGEST_TRIES_SECONDS)
    with pytest.raises(RetryableError):
        _marked(ledger, api)
    Learned(ledger.store).put("metadata_merges", True, seconds=60)

    assert _marked(ledger, api) == "not marked: no answer"


def test_metadata_that_cannot_be_put_back_is_reported(ledger: Ledger) -> None:
    """Voucherify replaced it and refuses it now: the outcome says how much is gone."""
    api = code_and_card()
    api.merges = False
    api.answers = [Answer.APPLIED, PermanentError("voucherify_answered_400", "answered 400")]

    outcome = _marked(ledger, api)

    assert outcome.startswith("not marked: Voucherify refuses to put back 1 properties of customer")
    assert Learned(ledger.store).get(f"metadata:{REFEREE}") is None
