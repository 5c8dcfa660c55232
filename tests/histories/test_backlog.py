"""How long a backlog of removals takes with the smallest plan, in the history's time."""

from random import Random
from typing import Any, Final

import httpx2
import pytest

from inbox.model.rate import Rate
from tests.histories.setup import Setup
from tests.histories.works import Works
from worker.settings.policies import Policies


#: What the smallest plan allows, and how many of these calls another program makes.
CALLS: Final = 100
OTHERS: Final = 10
MINUTE: Final = 60.0

REMOVALS: Final = 500

#: How often a worker sends again what is due (RECLAIM_INTERVAL_SECONDS).
REAP_SECONDS: Final = 10.0

#: The most minutes until all take-backs are confirmed, and until all customers are marked.
TAKEN: Final = 28.0
MARKED: Final = 38.0


class OtherProgram:
    """Makes calls with the same keys, evenly, whenever the product makes one that is later."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._client = works.shop.client()
        self._next = works.time.now()
        self._calls = False
        self.made = 0
        works.shop.before_request(self._go)

    def _go(self, _: httpx2.Request) -> None:
        while not self._calls and self._works.time.now() >= self._next:
            self._calls = True
            self._client.get("/v1/campaigns")
            self._calls = False
            self._next += MINUTE / OTHERS
            self.made += 1


class Times:
    """When take-backs and marks were made, in minutes since the beginning."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._began = works.time.now()
        self.taken: list[float] = []
        self.marked: list[float] = []
        works.shop.after_request(self._note)

    def _note(self, request: httpx2.Request, response: httpx2.Response) -> None:
        made = {"POST": self.taken, "PUT": self.marked}.get(request.method)
        if made is not None and response.status_code < 300:
            made.append((self._works.time.now() - self._began) / MINUTE)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_500_removals_on_the_smallest_plan(works: Works) -> None:
    """At 100 calls a minute, 10 of them another program's, they are taken back in 28 minutes."""
    setup = Setup(rate=Rate(CALLS, MINUTE), most=REMOVALS, chance=Random(1).random)
    works.begin(Policies(), setup)
    referees = works.shop.scenario(referees=REMOVALS)["referees"]
    for customer in works.shop.world.store.customers.values():
        customer.metadata["tier"] = "gold"
    works.shop.call("PUT", "/limits", {"per_window": CALLS, "window_seconds": MINUTE})
    others, times = OtherProgram(works), Times(works)

    for each in works.shop.unassign(*(each["holder"] for each in referees)):
        works.deliver(each)
    works.complete(every=REAP_SECONDS)

    counted = works.shop.call("GET", "/limits")
    reported = (
        f"taken in {times.taken[-1]:.1f} min, marked in {times.marked[-1]:.1f} min, "
        f"{len(works.line.calls)} calls, {others.made} of others, {counted['over']} refused"
    )
    print(reported)  # noqa: T201 - pytest -s shows it
    assert works.failed() == [], reported
    assert _taken(works, referees) == [[-500]] * REMOVALS, reported
    assert len(times.taken) == REMOVALS, reported
    assert times.taken[-1] <= TAKEN, reported
    assert times.marked[-1] <= MARKED, reported


def _taken(works: Works, referees: list[dict[str, Any]]) -> list[list[int]]:
    cards = [works.shop.world.store.vouchers[each["card"]["id"]] for each in referees]
    return [[each.amount for each in card.transactions if each.amount < 0] for card in cards]
