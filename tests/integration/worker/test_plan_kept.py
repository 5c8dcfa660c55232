"""A job that must wait resumes with its plan instead of reading everything again."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from inbox.model.effect import EffectState
from inbox.state.learned import Learned
from tests.engine import KEYS
from tests.integration.worker.changes import begun
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.shop import Shop, event_in
from tests.unit.worker.build import job
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.errors import JobError, PermanentError, PostponedError, RetryableError
from worker.run.job import ClaimedJob
from worker.settings.policies import Policies
from worker.voucherify.rest import VoucherifyApi


PLAN = f"{KEYS.learned}plan:{job().id}"
POST = {"method": "POST", "path": "*/balance", "times": 1}


@pytest.fixture
def perks(api: VoucherifyApi, ledger: Ledger) -> VoucherifyPerks:
    """The Voucherify backend, which shares what it learns through the store."""
    return VoucherifyPerks(api, ledger, Policies(mark_customer=False), Learned(ledger.store))


def _again() -> ClaimedJob:
    """Build the job as it comes again; its lease begins now."""
    return replace(job(), again=True)


def _calls(sent: list[httpx2.Request]) -> list[str]:
    found = [f"{each.method} {each.url.path.rpartition('/')[2]}" for each in sent]
    sent.clear()
    return found


def test_a_job_that_waits_for_a_busy_card_resumes_with_one_call(
    shop: Shop, perks: VoucherifyPerks, ledger: Ledger, sent: list[httpx2.Request]
) -> None:
    """However often it comes back, the POST is all that it calls then."""
    referee = shop.scenario(own=1000)["referees"][0]
    card, event = referee["card"]["id"], shop.removal_event(referee["holder"])
    other = begun(ledger, "rvk:rh_other:gift_credits", card=card).effect
    waits = []
    for run in (job(), _again(), _again()):
        with pytest.raises(PostponedError) as caught:
            perks.revoke(event, run)
        waits.append((caught.value.reason, len(_calls(sent))))
    assert waits == [("card_busy", 4), ("card_busy", 0), ("card_busy", 0)]
    shop.move(card, -200, "CREDITS_REMOVAL", source_id="rvk:rh_other:gift_credits")
    ledger.move_change(
        other, EffectState.CONFIRMED, since=(EffectState.PLANNED,), fields={}, free=True, left=1300
    )

    assert perks.revoke(event, _again()) == f"took back 500 from card {card}"

    assert _calls(sent) == ["POST balance"]
    assert shop.balance(card) == 800


def test_a_job_whose_answer_was_lost_resumes_with_a_search(
    shop: Shop, perks: VoucherifyPerks, sent: list[httpx2.Request]
) -> None:
    """The card's transactions are all that is read again."""
    referee = shop.scenario(own=1000)["referees"][0]
    event = shop.removal_event(referee["holder"])
    shop.faults("voucherify", {**POST, "drop": True, "apply": True})
    with pytest.raises(RetryableError):
        perks.revoke(event, job())
    _calls(sent)

    perks.revoke(event, _again())

    assert _calls(sent) == ["GET transactions"]
    assert len(shop.take_backs(referee["card"]["id"])) == 1


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ({"code": 400, "key": "invalid_payload", "message": "no"}, False),
        ({"code": 400, "key": "gift_amount_exceeded", "message": "no"}, False),
        ({"code": 409, "key": "conflict", "message": "not now"}, True),
    ],
)
def test_a_plan_that_rests_on_what_is_not_so_is_forgotten(
    shop: Shop,
    perks: VoucherifyPerks,
    ledger: Ledger,
    sent: list[httpx2.Request],
    answer: dict[str, object],
    *,
    kept: bool,
) -> None:
    """After a permanent refusal, and where the balance is another one, the next run reads anew."""
    referee = shop.scenario(own=1000)["referees"][0]
    card, event = referee["card"]["id"], shop.removal_event(referee["holder"])
    begun(ledger, "rvk:rh_other:gift_credits", card=card)
    with pytest.raises(PostponedError):
        perks.revoke(event, job())
    assert ledger.store.exists(PLAN)
    ledger.store.delete(KEYS.card + card)
    shop.faults("voucherify", {**POST, "status": answer["code"], "body": answer})
    with pytest.raises(JobError):
        perks.revoke(event, _again())
    assert _calls(sent)[4:] == ["POST balance"]

    assert bool(ledger.store.exists(PLAN)) == kept
    perks.revoke(event, _again())

    reads = ["GET redeemables", "GET holders", "GET transactions"]
    assert _calls(sent) == [*([] if kept else reads), "POST balance"]
    assert shop.balance(card) == 1000


def test_a_run_that_is_the_first_decides_anew(
    shop: Shop, perks: VoucherifyPerks, ledger: Ledger, sent: list[httpx2.Request]
) -> None:
    """A plan that an earlier life of the job kept is not used."""
    referee = shop.scenario(own=1000)["referees"][0]
    card, event = referee["card"]["id"], shop.removal_event(referee["holder"])
    begun(ledger, "rvk:rh_other:gift_credits", card=card)
    for _ in range(2):
        with pytest.raises(PostponedError):
            perks.revoke(event, job())
        assert len(_calls(sent)) >= 3


def test_a_plan_is_kept_for_some_minutes(
    shop: Shop, perks: VoucherifyPerks, ledger: Ledger
) -> None:
    """The world changes, so it is not kept forever; nothing personal stands in it."""
    referee = shop.scenario(own=1000)["referees"][0]
    event = shop.removal_event(referee["holder"])
    begun(ledger, "rvk:rh_other:gift_credits", card=referee["card"]["id"])
    with pytest.raises(PostponedError):
        perks.revoke(event, job())

    assert 0 < ledger.store.ttl(PLAN) <= 600
    with shop.world.lock:
        person = shop.world.store.customers[referee["customer"]]
    kept: Any = ledger.store.get(PLAN)
    for personal in (person.name, person.email):
        assert personal
        assert personal.encode() not in kept


def test_a_plan_that_cannot_be_carried_out_is_a_persons(
    shop: Shop, perks: VoucherifyPerks, ledger: Ledger
) -> None:
    """The grant was taken back for another assignment: nothing is kept of the plan."""
    referee = shop.scenario(own=1000)["referees"][0]
    event = shop.removal_event(referee["holder"])
    begun(
        ledger, "rvk:rh_other:gift_credits", card="v_other", grant=referee["grant"]["transaction"]
    )

    with pytest.raises(PermanentError, match="was taken back for another assignment"):
        perks.revoke(event, job())

    assert not ledger.store.exists(PLAN)


def test_a_person_learns_of_a_take_back_that_may_have_been_made(
    shop: Shop, perks: VoucherifyPerks, ledger: Ledger
) -> None:
    """Decided anew without a plan, a job that fails names what an earlier run had sent."""
    scene = shop.scenario(own=1000)
    referee = scene["referees"][0]
    card, body = referee["card"]["id"], shop.removal(referee["holder"])
    shop.faults("voucherify", {**POST, "drop": True, "apply": True})
    with pytest.raises(RetryableError):
        perks.revoke(event_in(body), job())
    ledger.store.delete(PLAN)
    gone = body.replace(referee["customer"].encode(), b"cust_gone1")
    gone = gone.replace(scene["code"]["id"].encode(), b"v_gone")

    with pytest.raises(PermanentError) as caught:
        perks.revoke(event_in(gone), _again())

    assert caught.value.reason == "needs_a_person"
    assert f"a take-back of 500 from card {card}" in str(caught.value)
    with pytest.raises(PermanentError) as first:
        perks.revoke(event_in(gone), job())
    assert "take-back" not in str(first.value)
