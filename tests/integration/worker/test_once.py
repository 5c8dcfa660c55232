"""Each test runs on the real ledger and on the one that shops test with, which must be alike."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from inbox.errors import InboxUnavailableError
from inbox.ledger import Effects
from inbox.model.effect import Effect, EffectState
from inbox.store.client import StoreClient
from tests.engine import KEYS
from worker.effects.names import Origin, effect_id, key_of
from worker.effects.steps import Ledger, Steps
from worker.errors import NeedsPersonError, NotDoneError, PermanentError, PostponedError
from worker.testing import MemoryLedger


Make = Callable[..., Ledger]

NAME = effect_id("send_letter", "letter", "rrf_1")


@pytest.fixture(params=["memory", "store"])
def make(request: pytest.FixtureRequest, store: StoreClient) -> Make:
    """Make a ledger; one in which nothing is under way for long unless a test says so."""

    def ledger(in_flight_seconds: float = 0.0) -> Ledger:
        if request.param == "memory":
            return MemoryLedger(in_flight_seconds)
        return Effects(store, memory_seconds=3600, in_flight_seconds=in_flight_seconds)

    return ledger


class Letters:
    """What a step does: it counts, and fails as a test wants."""

    def __init__(self, *errors: BaseException) -> None:
        self.keys: list[str] = []
        self._errors = list(errors)

    def __call__(self, key: str) -> str:
        """Send one."""
        self.keys.append(key)
        if self._errors:
            raise self._errors.pop(0)
        return f"letter {len(self.keys)}"


def steps(ledger: Ledger | None, **origin: bool) -> Steps:
    """Make the steps of a run."""
    return Steps(
        ledger,
        Origin(handler="send_letter", event="ev_1", job="job", customer="cust_1", **origin),
    )


def test_a_step_is_taken_once_and_its_note_kept(make: Make) -> None:
    """The second run gives the first one's note, and does nothing."""
    ledger, letters = make(), Letters()

    notes = [
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)
        for _ in range(3)
    ]

    assert notes == ["letter 1"] * 3
    assert letters.keys == [key_of(NAME)]


def test_a_key_is_a_uuid_of_the_handler_the_step_and_what_it_is_about(make: Make) -> None:
    """The same at every run, and another for anything else."""
    names = [NAME, effect_id("send_letter", "letter", "rrf_2"), effect_id("h", "letter", "rrf_1")]

    assert len({key_of(each) for each in names}) == 3
    assert str(UUID(key_of(NAME))) == steps(make()).key("letter", "rrf_1")
    # Downstreams remember it for longer than a release lives.
    assert key_of(NAME) == "dd1f675c-cb97-58cc-ba0b-9ccd309606ba"


@pytest.mark.parametrize(
    "error",
    [
        NotDoneError("full", "the printer is out of paper"),
        PermanentError("bad", "the printer knows no such letter"),
        PostponedError("later", "not now", seconds=1),
    ],
)
def test_what_was_not_done_for_certain_is_done_by_the_next_run(
    make: Make, error: Exception
) -> None:
    """An error that says so leaves nothing in doubt."""
    ledger, letters = make(300), Letters(error)
    with pytest.raises(type(error)):
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)

    assert (
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False) == "letter 2"
    )


@pytest.mark.parametrize("error", [LookupError("x"), NeedsPersonError("x"), KeyboardInterrupt()])
def test_what_may_have_been_done_is_for_a_person(make: Make, error: BaseException) -> None:
    """After any other error, or none at all, nothing is done twice."""
    ledger, letters = make(), Letters(error)
    with pytest.raises(type(error)):
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)

    with pytest.raises(NeedsPersonError, match=f"python -m worker resolve {NAME}"):
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)

    assert len(letters.keys) == 1


def test_the_run_that_was_killed_may_still_be_under_way(make: Make) -> None:
    """Until its call must have ended the step waits, without using up a try."""
    ledger, letters = make(300), Letters(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)

    with pytest.raises(PostponedError) as caught:
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)

    assert 290 < caught.value.seconds <= 300
    assert len(letters.keys) == 1


def test_a_check_that_finds_it_confirms_it(make: Make) -> None:
    """What an earlier run did without our knowing is noted, and not done again."""
    ledger, letters = make(300), Letters(LookupError())
    with pytest.raises(LookupError):
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)
    asked: list[str] = []

    def check(key: str) -> str:
        asked.append(key)
        return "it is in the post"

    for _ in range(2):
        notes = steps(ledger).once("letter", "rrf_1", letters, check=check, repeatable=False)
        assert notes == "it is in the post"

    assert asked == letters.keys == [key_of(NAME)]


def test_a_check_that_does_not_find_it_is_believed_when_nothing_can_be_under_way(
    make: Make,
) -> None:
    """Before, the step waits; after, it is done again."""
    ledger: Any = make(300)
    letters = Letters(LookupError())
    with pytest.raises(LookupError):
        steps(ledger).once("letter", "rrf_1", letters, check=lambda _: None, repeatable=True)

    with pytest.raises(PostponedError):
        steps(ledger).once("letter", "rrf_1", letters, check=lambda _: None, repeatable=False)
    assert len(letters.keys) == 1

    ledger.in_flight_seconds = 0.0
    notes = steps(ledger).once("letter", "rrf_1", letters, check=lambda _: None, repeatable=False)
    assert notes == "letter 2"


def test_no_check_is_asked_of_a_step_that_was_never_begun(make: Make) -> None:
    """It costs a call, and is wanted only in doubt."""
    notes = steps(make()).once(
        "letter", "rrf_1", Letters(), check=lambda _: "never", repeatable=False
    )

    assert notes == "letter 1"


def test_what_is_harmless_is_done_again_in_doubt(make: Make) -> None:
    """With the same key."""
    ledger, letters = make(300), Letters(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=True)

    notes = steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=True)

    assert notes == "letter 2"
    assert letters.keys == [key_of(NAME)] * 2


def test_of_two_runs_at_once_one_takes_the_step(make: Make) -> None:
    """A run that comes while another is at it waits."""
    ledger, letters = make(300), Letters()

    def act(key: str) -> str:
        with pytest.raises(PostponedError):
            steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)
        return letters(key)

    assert steps(ledger).once("letter", "rrf_1", act, check=None, repeatable=False) == "letter 1"
    assert len(letters.keys) == 1


@pytest.mark.parametrize("error", [None, LookupError()])
def test_of_two_runs_that_saw_it_in_doubt_one_takes_the_step(
    make: Make, error: Exception | None
) -> None:
    """Whether the quicker one did it or left it in doubt again, the slower one stands back."""
    ledger, letters = make(), Letters(LookupError(), *([error] if error else []))
    with pytest.raises(LookupError):
        steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)

    def other_run_is_quicker(_key: str) -> None:
        try:
            steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=True)
        except LookupError:
            assert error is not None

    with pytest.raises(PostponedError, match="another run"):
        steps(ledger).once("letter", "rrf_1", letters, check=other_run_is_quicker, repeatable=False)
    assert len(letters.keys) == 2


class Forgetful(MemoryLedger):
    """A ledger that cannot make its notes durable."""

    def secure(self, effect: Effect) -> None:
        """Refuse."""
        assert self.effects[effect.id].state is EffectState.SENT
        raise InboxUnavailableError("not_durable")


def test_nothing_begins_before_the_note_of_it_is_safe() -> None:
    """A store that may forget it stops the step, which is not in doubt then."""
    ledger, letters = Forgetful(), Letters()
    for _ in range(2):
        with pytest.raises(PostponedError) as caught:
            steps(ledger).once("letter", "rrf_1", letters, check=None, repeatable=False)
        assert caught.value.reason == "ledger_not_durable"

    assert letters.keys == []
    assert ledger.effects[NAME].state is EffectState.REFUSED


@pytest.mark.parametrize("about", [None, "", "ada@example.test", "Ada Quill", "x" * 129])
def test_a_step_is_about_an_id(make: Make, about: str | None) -> None:
    """Nothing else may stand in keys and logs, and no step is shared by all events without one."""
    with pytest.raises(PermanentError) as caught:
        steps(make()).once("letter", about, Letters(), check=None, repeatable=False)

    assert caught.value.reason == "bad_step"
    assert "ada@" not in str(caught.value).lower()


def test_an_id_that_was_erased_is_shown(make: Make) -> None:
    """It is the erasure that took it, and no fault of the handler."""
    with pytest.raises(PermanentError, match="erased") as caught:
        steps(make(), redacted=True).once("letter", None, Letters(), check=None, repeatable=False)

    assert caught.value.reason == "customer_erased"


def test_a_dry_run_records_nothing_and_calls_nothing() -> None:
    """It needs not even a ledger."""
    letters = Letters()
    dry = Steps(None, Origin(handler="send_letter", event="ev_1", job="job"), dry_run=True)

    notes = dry.once("letter", "rrf_1", letters, check=letters, repeatable=True)

    assert notes == "would letter rrf_1"
    assert dry.would == ["letter rrf_1"]
    assert letters.keys == []


def test_what_is_no_note_is_not_kept(make: Make) -> None:
    """An answer of a downstream may hold anything."""
    notes = steps(make()).once(
        "letter",
        "rrf_1",
        lambda _: {"name": "Ada Quill"},  # type: ignore[arg-type,return-value]
        check=None,
        repeatable=False,
    )

    assert notes == "done"


def test_support_finds_a_step_by_customer_and_by_what_it_is_about(store: StoreClient) -> None:
    """And of an event without a customer by the latter alone, without an index."""
    ledger = Effects(store, memory_seconds=3600)
    steps(ledger).once("letter", "rrf_1", Letters(), check=None, repeatable=False)
    without = Steps(ledger, Origin(handler="h", event="ev_2", job="job"))
    without.once("note", "v_1", Letters(), check=None, repeatable=False)

    assert [each.id for each in ledger.of(customer="cust_1")] == [NAME]
    assert [each.id for each in ledger.of(holder="rrf_1")] == [NAME]
    assert [each.id for each in ledger.of(holder="v_1")] == ["own:h:note:v_1"]
    assert not store.exists(KEYS.effects_of + "customer:")
