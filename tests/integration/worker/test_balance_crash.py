"""A balance change that is cut off anywhere, or run twice at once, is made once."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from inbox.model.effect import Effect, EffectState
from tests.integration.worker.changes import EFFECT, NAME, begun, card_of_1500, change, read, unread
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.fake_api import FakeApi
from worker.errors import JobError, PostponedError
from worker.revocation.execute.balance import BalanceChange
from worker.revocation.execute.card import Known
from worker.voucherify.answer import Answer


class CutOff(BaseException):
    """The process ends here."""


@pytest.fixture
def api() -> FakeApi:
    """A card with 1500 on it, of which someone added 100 last: it may have been read before."""
    made = card_of_1500()
    balance = {"amount": 100, "total": 1500, "balance": 1500}
    made.listed["v_gift"] = [{"id": "vtx_theirs", "details": {"balance": balance}}]
    return made


def _planned(ledger: Ledger) -> Effect:
    return begun(ledger).effect


def _change(ledger: Ledger, api: FakeApi) -> BalanceChange:
    return change(ledger, api)


def _to_the_end(ledger: Ledger, api: FakeApi, *, runs: int = 6) -> Effect:
    """Run again and again, minutes apart, as a waiting job does."""
    for _ in range(runs):
        try:
            return _change(ledger, api).make(unread())
        except JobError:
            ledger.pass_time(301)
    raise AssertionError("it does not come to an end")


def _calling(call: str) -> Known:
    """Know so much of the card that a change makes this call; what is read goes stale in 30 s."""
    return {"voucher": unread(), "change": read(), "transactions": read(1400)}[call]


def _cut(call: str) -> Callable[[str], None]:
    def interrupt(made: str) -> None:
        if made.startswith(call):
            raise CutOff

    return interrupt


@pytest.mark.parametrize("call", ["voucher", "change", "transactions"])
@pytest.mark.parametrize("post", [Answer.APPLIED, "lost", Answer.UNKNOWN])
def test_a_run_that_is_cut_off_before_any_call_is_made_good(
    ledger: Ledger, api: FakeApi, call: str, post: Answer | str
) -> None:
    """Whatever the one POST then becomes, 500 are taken once."""
    api.posts = [post]
    api.interrupt = _cut(call)
    with pytest.raises((CutOff, JobError)):
        _change(ledger, api).make(_calling(call))
    api.interrupt = lambda _: None
    ledger.pass_time(301)

    done = _to_the_end(ledger, api)

    assert (done.state, done.number("amount")) == ("confirmed", 500)
    assert api.moved == [("v_gift", -500, NAME)]


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("seconds", [0, 299, 301])
def test_a_run_that_is_cut_off_within_the_call_is_made_good(
    ledger: Ledger, api: FakeApi, *, applied: bool, seconds: int
) -> None:
    """The worker dies while the POST is under way, which took effect or did not."""
    api.posts = [CutOff()]
    with pytest.raises(CutOff):
        _change(ledger, api).make(unread())
    if applied:
        api.put("v_gift", -500, NAME)
    assert _planned(ledger).state is EffectState.SENT
    ledger.pass_time(seconds)

    done = _to_the_end(ledger, api)

    assert done.state is EffectState.CONFIRMED
    assert api.moved == [("v_gift", -500, NAME)]


@pytest.mark.parametrize("step", ["sent", "unknown", "answered", "confirmed"])
@pytest.mark.parametrize("noted", [True, False])
@pytest.mark.parametrize("post", [Answer.APPLIED, "lost", Answer.UNKNOWN])
@pytest.mark.parametrize("known", [read(), read(1400), unread()], ids=["read", "old", "unread"])
def test_a_store_that_fails_at_any_note_is_made_good(
    ledger: Ledger,
    api: FakeApi,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    post: Answer | str,
    known: Known,
    *,
    noted: bool,
) -> None:
    """The store can be away before or after any note is made; the next run finds out."""
    move = ledger.move_change

    def failing(effect: Effect, to: EffectState, **more: Any) -> Effect | None:
        if to == step and not noted:
            raise CutOff
        found = move(effect, to, **more)
        if to == step:
            raise CutOff
        return found

    monkeypatch.setattr(ledger, "move_change", failing)
    api.posts = [post]
    with suppress(CutOff, JobError):
        _change(ledger, api).make(known)
    monkeypatch.undo()
    ledger.pass_time(301)

    done = _to_the_end(ledger, api)

    assert (done.state, done.number("amount")) == (EffectState.CONFIRMED, 500)
    assert api.moved == [("v_gift", -500, NAME)]


@pytest.mark.parametrize("call", ["voucher", "change", "transactions"])
def test_two_runs_of_one_effect_at_once_send_once(ledger: Ledger, api: FakeApi, call: str) -> None:
    """
    A run that froze and one that took over, or support's undo started twice, act as one.

    The second runs whole while the first stands before each of its calls.
    """
    outcomes: list[str] = []

    def overtake(made: str) -> None:
        if made.startswith(call) and not outcomes:
            outcomes.append("begun")
            try:
                outcomes.append(_change(ledger, api).make(_calling(call)).state.value)
            except JobError as error:
                outcomes.append(error.reason)

    api.interrupt = overtake
    with suppress(PostponedError):
        _change(ledger, api).make(_calling(call))
    assert len(outcomes) == 2
    ledger.pass_time(301)

    assert _to_the_end(ledger, api).state is EffectState.CONFIRMED
    assert api.moved == [("v_gift", -500, NAME)]


def test_two_runs_that_both_saw_a_lost_change_send_it_once(ledger: Ledger, api: FakeApi) -> None:
    """Both read the ledger after 300 s and see nothing on the card; one of them sends."""
    api.posts = [CutOff()]
    with pytest.raises(CutOff):
        _change(ledger, api).make(unread())
    ledger.pass_time(301)
    one, other = _change(ledger, api), _change(ledger, api)
    api.posts = [CutOff()]
    with pytest.raises(CutOff):  # under way, and not yet to be seen
        one.make(unread())

    with pytest.raises(PostponedError) as caught:
        other.make(unread())

    assert caught.value.reason == "effect_moved"
    assert len([each for each in api.calls if each.startswith("change")]) == 2


def test_a_frozen_run_confirms_nothing_that_another_makes(ledger: Ledger, api: FakeApi) -> None:
    """An amount of 0 that was read long ago does not end a change that is under way."""
    api.vouchers["v_gift"]["gift"]["balance"] = 0
    frozen = _change(ledger, api)

    def meanwhile(made: str) -> None:
        if made.startswith("transactions"):
            return
        if made.startswith("voucher") and not api.posts:
            api.posts = [Answer.UNKNOWN]
            api.vouchers["v_gift"]["gift"]["balance"] = 500
            with pytest.raises(JobError):
                _change(ledger, api).make(unread())
            api.vouchers["v_gift"]["gift"]["balance"] = 0

    def once(made: str) -> None:
        api.interrupt = lambda _: None
        meanwhile(made)

    api.interrupt = once
    with pytest.raises(PostponedError):
        frozen.make(unread())

    assert _planned(ledger).state is EffectState.UNKNOWN
    # The lock belongs to what is under way, not to the run that gave up.
    assert ledger.card_owner("v_gift") == EFFECT


def test_a_ledger_that_forgot_an_effect_under_way_ends_nothing(
    ledger: Ledger, api: FakeApi
) -> None:
    """An entry that expired while the run slept is not moved on."""
    change = _change(ledger, api)
    ledger.forget()

    with pytest.raises(PostponedError):
        change.make(unread())

    assert api.moved == []
