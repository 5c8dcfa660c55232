from collections.abc import Callable
from typing import Any

import pytest

from inbox.admin.fleet import Fleet
from inbox.admin.queries import Admin
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.ledger import Effects
from inbox.privacy.erasure import Erasure
from inbox.store.client import StoreClient
from inbox.store.scripts import MOST_EVENT_TYPES
from schemas import HolderAssignmentCreated
from tests.conftest import LEASE_SECONDS, WINDOW_SECONDS
from tests.engine import KEYS
from tests.samples import PERSONAL, assignment_created, body
from worker.backends.crm.dry_run import DryRunCrm
from worker.backends.perks.dry_run import DryRunPerks
from worker.errors import NotDoneError, RetryableError
from worker.handlers import HandlerTable
from worker.handlers.registry import Registration
from worker.job import Job
from worker.run.flow import Flow
from worker.run.verdict import Completed, Failed, Waiting
from worker.services import Services


CREATED = "customer.holder.assignment.created"
CUSTOMER = "cust_adaQuill000001"


class House:
    """An inbox, and a shop's handler that does what a test wants."""

    def __init__(self, store: StoreClient, intake: Intake, desk: Admin) -> None:
        self.store: Any = store
        self.intake, self.desk = intake, desk
        # A removal is known for longer than an event.
        self.jobs = Jobs(
            store,
            lease_seconds=LEASE_SECONDS,
            dedupe_window_seconds=WINDOW_SECONDS,
            removal_memory_seconds=10 * WINDOW_SECONDS,
        )
        self.ledger = Effects(store, memory_seconds=3600)
        self.erasure = Erasure(store)
        self.greeted: list[str] = []
        self.act: Callable[[HolderAssignmentCreated, Job], str] = self.greet

    def greet(self, event: HolderAssignmentCreated, job: Job) -> str:
        """Greet the assigned customer, once."""

        def send(key: str) -> str:
            self.greeted.append(key)
            return "greeted"

        return job.once("greet", event.holder.id, send)

    def flow(self, retries: tuple[float, ...] | None = None, *, dry: bool = False) -> Flow:
        """Make a worker's flow."""

        def welcome(event: HolderAssignmentCreated, _: Services, job: Job) -> str:
            return self.act(event, job)

        mine = Registration("welcome", "greetings", (CREATED,), welcome, retries=retries)
        return Flow(
            jobs=self.jobs,
            table=HandlerTable({"welcome": mine}),
            services=Services(
                perks=DryRunPerks(), crm=DryRunCrm(), erasure=self.erasure, ledger=self.ledger
            ),
            schedule=(60.0, 600.0),
            lease_seconds=LEASE_SECONDS,
            chance=lambda: 0.5,
            dry_run=frozenset({"welcome"} if dry else ()),
        )

    def handed_on(self, **overrides: Any) -> str:
        """Accept and process an event; return the handler's task."""
        delivery = self.intake.accept(body(assignment_created(**overrides))).delivery
        self.flow().run(f"{delivery}:process:1")
        return f"{delivery}:welcome:1"


@pytest.fixture
def house(store: StoreClient, intake: Intake, desk: Admin) -> House:
    """A house with an empty store."""
    return House(store, intake, desk)


def test_an_event_is_handled_once_under_whatever_bytes_it_comes(house: House) -> None:
    """The second body of the same event is completed without a job; another event has its own."""
    task = house.handed_on()
    assert house.flow().run(task) == Completed("greeted")
    first = task.partition(":")[0]

    # The second sendout shows the customer as they are by then.
    again = house.intake.accept(body(assignment_created(redeemable_id="v_other"))).delivery
    ended = house.flow().run(f"{again}:process:1")
    other = house.handed_on(n=2)

    assert ended == Completed(f"same event as delivery {first}")
    assert house.flow().run(other) == Completed("greeted")
    assert len(house.greeted) == 2


def test_an_event_is_known_for_the_window_and_no_longer(house: House) -> None:
    """A key an event would add up, so it lives as long as the mark of its bytes."""
    house.handed_on()

    (key,) = house.store.scan_iter(KEYS.identity + "*")

    assert 0 < house.store.pttl(key) <= WINDOW_SECONDS * 1000


def test_a_step_outlives_a_run_that_was_cut_off(house: House) -> None:
    """The job runs again and is done, and its effect is made once."""
    task = house.handed_on()

    def cut_off(event: HolderAssignmentCreated, job: Job) -> str:
        house.greet(event, job)
        raise KeyboardInterrupt

    house.act = cut_off
    with pytest.raises(KeyboardInterrupt):
        house.flow().run(task)
    job = task.rpartition(":")[0]
    house.store.zadd(KEYS.running, {job: 1})
    house.jobs.reap("test", ["greetings"], 1)

    house.act = house.greet
    assert house.flow().run(f"{job}:2") == Completed("greeted")
    assert len(house.greeted) == 1


@pytest.mark.parametrize(("retries", "seconds"), [(None, 60), ((7.0,), 7)])
def test_a_handler_has_waits_of_its_own(
    house: House, retries: tuple[float, ...] | None, seconds: float
) -> None:
    """Those of its registration, or the house's."""
    house.act = _raising(RetryableError("down", "the printer is down"))

    ended = house.flow(retries).run(house.handed_on())

    assert isinstance(ended, Waiting)
    assert ended.verdict.delay_seconds == pytest.approx(seconds)


def test_a_handler_may_want_no_other_try(house: House) -> None:
    """Its job is set aside at once."""
    house.act = _raising(NotDoneError("down", "the printer is down"))

    assert isinstance(house.flow(()).run(house.handed_on()), Failed)


def test_a_dry_run_says_so_and_does_nothing(house: House) -> None:
    """The job is done, its outcome says what it would have done, and no effect is recorded."""
    task = house.handed_on()

    ended = house.flow(dry=True).run(task)

    assert ended == Completed("dry run: would greet rh_7c210000000001")
    assert house.greeted == []
    assert list(house.ledger.of(customer=CUSTOMER)) == []
    view = house.desk.delivery(task.partition(":")[0])
    assert view is not None
    assert view.ended["welcome"] == "dry run: would greet rh_7c210000000001"


def test_a_handler_knows_that_the_customer_was_erased(house: House) -> None:
    """It runs with what remains, by which an id is still an id."""
    task = house.handed_on()
    house.erasure.erase(CUSTOMER)
    given: list[tuple[Any, bool]] = []

    def note(event: HolderAssignmentCreated, job: Job) -> str:
        given.append((event.customer, job.redacted))
        return house.greet(event, job)

    house.act = note
    assert house.flow().run(task) == Completed("greeted")
    ((customer, known),) = given
    assert known
    assert customer.id == CUSTOMER
    assert customer.name is None


def test_what_went_with_an_erasure_is_no_crash(house: House) -> None:
    """A handler that trips over it fails once, with a reason that says why."""
    task = house.handed_on()
    house.erasure.erase(CUSTOMER)
    house.act = lambda event, _: event.customer.name.upper()  # type: ignore[union-attr]

    ended = house.flow().run(task)

    assert isinstance(ended, Failed)
    assert ended.verdict.reason == "customer_erased"
    assert ended.verdict.expected
    assert "AttributeError" in ended.verdict.error


def test_the_same_error_with_a_whole_body_is_nobodys_fault_but_the_codes(house: House) -> None:
    """It is tried again, and reported."""
    house.act = lambda _event, _job: None.upper()  # type: ignore[attr-defined]

    ended = house.flow().run(house.handed_on())

    assert isinstance(ended, Waiting)
    assert ended.verdict.reason == "unexpected:AttributeError"


def test_a_body_is_reduced_for_any_customer_it_is_about(house: House) -> None:
    """Not only for the first, before or after it was processed; completed, it is in no index."""
    for number, erased_first in ((1, True), (2, False)):
        if erased_first:
            house.erasure.erase(f"cust_b{number}")
        delivery = house.intake.accept(b'{"x":%d}' % number).delivery
        claim: Any = house.jobs.claim(f"{delivery}:process")
        house.jobs.fan_out(
            claim,
            (("welcome", "greetings"),),
            outcome="handed on",
            customer=f"cust_a{number}",
            others=(f"cust_b{number}", f"cust_c{number}", "ada quill"),
        )
        if not erased_first:
            assert house.store.smembers(f"{KEYS.customer}cust_c{number}") == {
                claim.delivery.encode()
            }
            house.erasure.erase(f"cust_b{number}")

        assert house.store.hexists(KEYS.delivery + claim.delivery, "erased")
        running: Any = house.jobs.claim(f"{claim.delivery}:welcome")
        assert running.redacted
        assert house.jobs.done(running, "done")

    assert list(house.store.scan_iter(KEYS.customer + "*")) == []


def test_events_are_counted_by_type_and_by_whether_they_are_wanted(house: House) -> None:
    """A hundred names have counters of their own; what has not the form of a type is `?`."""
    house.handed_on()
    for number in range(MOST_EVENT_TYPES + 20):
        _process(house, f"made.up.{number}")
    _process(house, "made.up.7", n=999)
    _process(house, PERSONAL[1])

    found = Fleet(house.store).read().events

    assert found[CREATED, "yes"] == 1
    assert found["made.up.7", "no"] == 2
    assert sum(found.values()) == MOST_EVENT_TYPES + 23
    assert found["other", "no"] == 22
    assert len(found) == MOST_EVENT_TYPES + 1
    assert not any(PERSONAL[1] in name for name, _ in found)


def test_what_cannot_be_an_event_type_is_counted_without_its_name(house: House) -> None:
    """Whatever stands in its place."""
    _process(house, PERSONAL[1])

    assert Fleet(house.store).read().events == {("?", "no"): 1}


def _process(house: House, event_type: str, n: int = 1) -> None:
    document = assignment_created(n)
    document["event"]["type"] = event_type
    delivery = house.intake.accept(body(document)).delivery
    house.flow().run(f"{delivery}:process:1")


def _raising(error: Exception) -> Callable[[HolderAssignmentCreated, Job], str]:
    def act(_event: HolderAssignmentCreated, _job: Job) -> str:
        raise error

    return act
