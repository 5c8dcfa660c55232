import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from schemas import HolderAssignmentDeleted
from tests.integration.worker.shop import Shop
from tests.unit.worker.build import job
from worker.backends.crm.http import HttpCrm
from worker.backends.perks.http import HttpPerks
from worker.errors import JobError, PermanentError, RetryableError
from worker.job import Job


Run = Callable[[HolderAssignmentDeleted, Job], str]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two services, and where the stand-in keeps what it received."""

    name: str
    run: Run
    reported: Callable[[], list[dict[str, Any]]]
    key: str


@pytest.fixture(params=["crm", "shop"])
def side(request: pytest.FixtureRequest, shop: Shop) -> Iterator[Side]:
    """The CRM and the perks service behave alike."""
    if request.param == "crm":
        crm = HttpCrm(f"{shop.url}/crm/events", shop.settings.crm_secret)
        yield Side("crm", crm.note_removal, shop.notes, "note-")
        crm.close()
    else:
        perks = HttpPerks(f"{shop.url}/shop/perks", shop.settings.shop_secret)
        yield Side("shop", perks.revoke, shop.takebacks, "revoke-")
        perks.close()


@pytest.fixture
def event(shop: Shop) -> HolderAssignmentDeleted:
    """A removal."""
    return shop.removal_event(shop.scenario()["referees"][0]["holder"])


def test_the_service_acts_once_however_often_it_is_called(
    side: Side, event: HolderAssignmentDeleted
) -> None:
    """A repeated call has the same key and body, so the service does nothing twice."""
    for _ in range(3):
        side.run(event, job())

    (entry,) = side.reported()
    assert entry["key"] == side.key + event.holder.id
    assert entry["customer"] == event.holder.customer_id
    assert entry["repeats"] == 2
    assert not entry["bodies_differ"]


@pytest.mark.parametrize(
    ("fault", "kind", "reason"),
    [
        ({"status": 503}, RetryableError, "_answered_503"),
        ({"status": 503, "apply": True}, RetryableError, "_answered_503"),
        ({"status": 429}, RetryableError, "_answered_429"),
        ({"status": 409}, RetryableError, "_answered_409"),
        ({"status": 400}, PermanentError, "_answered_400"),
        ({"status": 404}, PermanentError, "_answered_404"),
        ({"status": 307, "headers": {"Location": "/crm/events"}}, RetryableError, "_answered_307"),
        ({"drop": True}, RetryableError, "_unreachable"),
        ({"drop": True, "apply": True}, RetryableError, "_unreachable"),
    ],
)
def test_a_fault_is_reported_and_the_next_call_makes_it_good(
    shop: Shop,
    side: Side,
    event: HolderAssignmentDeleted,
    *,
    fault: dict[str, Any],
    kind: type[JobError],
    reason: str,
) -> None:
    """Each fault ends as its kind of error, and after it one entry stands, applied or not."""
    shop.faults(side.name, {"times": 1, **fault})

    with pytest.raises(kind) as caught:
        side.run(event, job())

    assert caught.value.reason.endswith(reason)
    side.run(event, job())
    assert len(side.reported()) == 1


def test_a_wrong_secret_is_final(shop: Shop, event: HolderAssignmentDeleted) -> None:
    """The service's 401 is for an operator and does not report the secret."""
    crm = HttpCrm(f"{shop.url}/crm/events", "whsec_d3JvbmctYnV0LWxvbmctZW5vdWdoLXNlY3JldA==")

    with pytest.raises(PermanentError, match=r"^crm_service answered 401$"):
        crm.note_removal(event, job())

    crm.close()


def test_no_one_listening_is_unreachable(event: HolderAssignmentDeleted) -> None:
    """A refused connection is tried again."""
    crm = HttpCrm("http://127.0.0.1:9/crm", "whsec_d3JvbmctYnV0LWxvbmctZW5vdWdoLXNlY3JldA==")

    with pytest.raises(RetryableError) as caught:
        crm.note_removal(event, job())

    assert caught.value.reason == "crm_service_unreachable"
    crm.close()


def test_many_threads_share_one_service(shop: Shop, side: Side) -> None:
    """Two hundred calls of fifty threads over one client all verify, one entry each."""
    referees = shop.scenario(referees=50)["referees"]
    events = [shop.removal_event(each["holder"]) for each in referees]
    start = threading.Barrier(50)

    def work(number: int) -> None:
        start.wait()
        for turn in range(4):
            side.run(events[(number + turn) % 50], job())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    reported = side.reported()
    assert sorted(each["key"] for each in reported) == sorted(
        side.key + e.holder.id for e in events
    )
    assert sum(each["repeats"] for each in reported) == 150
    assert not any(each["bodies_differ"] for each in reported)
