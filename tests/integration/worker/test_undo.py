import pytest

from inbox.model.effect import Effect
from tests.integration.worker.ledger import Ledger
from tests.integration.worker.steps import BACK, OFF, SHOW, carried_out, take
from tests.unit.worker.build import job
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.revocations import REFEREE, REFERRER
from worker.errors import JobError, PermanentError, RetryableError
from worker.revocation.execute.undo import undo
from worker.revocation.steps import Step
from worker.voucherify.answer import Answer


@pytest.fixture
def api() -> FakeApi:
    """A code of the referrer's, a card and a customer."""
    code = {"id": "v_code", "active": True, "holder_id": REFERRER}
    card = {"id": "v_gift", "gift": {"balance": 300}}
    return FakeApi(vouchers={"v_code": code, "v_gift": card}, customers={REFEREE: {"metadata": {}}})


def _done(ledger: Ledger, api: FakeApi, step: Step) -> Effect:
    carried_out(ledger, api, step)
    api.calls.clear()
    (effect,) = ledger.all().values()
    return effect


def test_what_was_taken_is_given_back_once(ledger: Ledger, api: FakeApi) -> None:
    """The amount that was really taken, under a name of its own; again it only reports the same."""
    effect = _done(ledger, api, take())  # 300 of 500

    first = undo(effect, "a mistake", api, ledger, job())
    second = undo(effect, "a mistake", api, ledger, job())

    assert first.fields == second.fields
    assert (first.state, first.number("amount")) == ("confirmed", 300)
    assert api.moved[1:] == [("v_gift", 300, f"undo:{effect.fields['name']}")]
    assert api.vouchers["v_gift"]["gift"]["balance"] == 300
    assert first.fields["reason"] == "a mistake"
    assert {each.id for each in ledger.of(customer=REFEREE)} == {effect.id, f"undo:{effect.id}"}


@pytest.mark.parametrize("post", ["lost", Answer.UNKNOWN])
def test_a_giving_back_whose_answer_was_lost_is_continued(
    ledger: Ledger, api: FakeApi, post: Answer | str
) -> None:
    """Run again after minutes it is found, or given; never twice."""
    effect = _done(ledger, api, take())
    api.posts = [post]
    with pytest.raises(RetryableError):
        undo(effect, "why", api, ledger, job())
    ledger.pass_time(301)

    undo(effect, "why", api, ledger, job())

    assert len(api.moved) == 2
    assert api.vouchers["v_gift"]["gift"]["balance"] == 300


def test_where_nothing_was_taken_nothing_is_given(ledger: Ledger, api: FakeApi) -> None:
    """A take-back that found an empty card is undone without a call."""
    api.vouchers["v_gift"]["gift"]["balance"] = 0
    effect = _done(ledger, api, take())

    undone = undo(effect, "why", api, ledger, job())

    assert undone.fields["outcome"] == "nothing was taken, so nothing is given back"
    assert api.calls == []


def test_a_voucher_that_we_switched_off_is_switched_on_once(ledger: Ledger, api: FakeApi) -> None:
    """Undone twice it is switched on once."""
    effect = _done(ledger, api, OFF)

    outcomes = [undo(effect, "why", api, ledger, job()).fields["outcome"] for _ in range(2)]

    assert outcomes == ["switched voucher v_code on again"] * 2
    assert api.calls == ["enable v_code"]


def test_a_voucher_that_was_off_already_stays_off(ledger: Ledger, api: FakeApi) -> None:
    """Someone else switched it off, and had a reason."""
    api.vouchers["v_code"]["active"] = False
    effect = _done(ledger, api, OFF)

    undone = undo(effect, "why", api, ledger, job())

    assert undone.fields["outcome"] == "nothing was changed, so nothing is changed back"
    assert api.calls == []


@pytest.mark.parametrize(
    ("answer", "reported"),
    [(Answer.NOT_FOUND, "switched voucher v_code on again (it is gone)"), (Answer.UNKNOWN, None)],
)
def test_switching_on_may_be_repeated(
    ledger: Ledger, api: FakeApi, answer: Answer, reported: str | None
) -> None:
    """A lost answer is to be run again; a voucher that is gone is reported."""
    effect = _done(ledger, api, OFF)
    api.answers = [answer]
    if reported is None:
        with pytest.raises(RetryableError):
            undo(effect, "why", api, ledger, job())

    undone = undo(effect, "why", api, ledger, job())

    assert undone.fields["outcome"] == (reported or "switched voucher v_code on again")


@pytest.mark.parametrize("step", [BACK, SHOW], ids=["roll back", "mark"])
def test_what_cannot_be_undone_is_said_and_not_noted(
    ledger: Ledger, api: FakeApi, step: Step
) -> None:
    """A cancelled order and a mark are for a person, and no effect is planned for them."""
    effect = _done(ledger, api, step)

    with pytest.raises(PermanentError) as caught:
        undo(effect, "why", api, ledger, job())

    assert caught.value.reason == "cannot_be_undone"
    assert set(ledger.all()) == {effect.id}


def test_an_undoing_is_not_undone(ledger: Ledger, api: FakeApi) -> None:
    """Taking it again is a decision of its own."""
    undone = undo(_done(ledger, api, take()), "why", api, ledger, job())

    with pytest.raises(PermanentError):
        undo(undone, "why", api, ledger, job())


def test_undoing_started_twice_at_once_gives_once(ledger: Ledger, api: FakeApi) -> None:
    """Two people give the same command: one of them is asked to run it again."""
    effect = _done(ledger, api, take())
    reported: list[str] = []

    def other(call: str) -> None:
        if call.startswith("change") and not reported:
            reported.append("begun")
            with pytest.raises(JobError) as caught:
                undo(effect, "why", api, ledger, job())
            reported.append(caught.value.reason)

    api.interrupt = other
    undo(effect, "why", api, ledger, job())

    assert reported[0] == "begun"
    assert len(api.moved) == 2
