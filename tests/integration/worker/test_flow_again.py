"""Whether a run of a job may resume with what an earlier one found."""

from typing import Any

import pytest

from inbox.store.client import StoreClient
from tests.engine import KEYS
from tests.integration.worker.house import House
from worker.errors import PermanentError, PostponedError, RetryableError
from worker.run.verdict import Completed, Failed


BUSY = PostponedError("card_busy", "another change of the card is under way", seconds=5)
LATER = RetryableError("down", "it is down")
NEVER = PermanentError("needs_a_person", "several additions")


def _run(house: House, store: StoreClient, task: str, error: Exception | None) -> tuple[Any, bool]:
    """Run a job once; give how it ended, and what it was given as `again`."""
    if error:
        house.raising(error)
    else:
        house.act = lambda: "acted"
    store.zadd(KEYS.waiting, {task.removesuffix(":1"): 1}, xx=True)
    ended = house.flow.run(task)
    return ended, house.given[-1][1].again


@pytest.mark.parametrize("error", [BUSY, LATER])
def test_a_run_after_one_that_waits_may_resume(
    house: House, store: StoreClient, error: Exception
) -> None:
    """The first one finds everything out, those after it need not."""
    task = house.handed_on()

    found = [_run(house, store, task, each)[1] for each in (error, error, None)]

    assert found == [False, True, True]


@pytest.mark.parametrize("errors", [[NEVER], [LATER, LATER, LATER]], ids=["at once", "in the end"])
def test_a_retry_by_an_operator_decides_anew(
    house: House, store: StoreClient, errors: list[Exception]
) -> None:
    """They have fixed what the plan rested on; only runs after that one may resume."""
    task = house.handed_on()
    ended = [_run(house, store, task, each)[0] for each in errors]
    assert isinstance(ended[-1], Failed)

    assert house.desk.retry(task.removesuffix(":1"), who="ops", why="fixed") == "queued"

    assert _run(house, store, task, LATER)[1] is False
    ended_at_last, again = _run(house, store, task, None)
    assert (ended_at_last, again) == (Completed("acted"), True)
