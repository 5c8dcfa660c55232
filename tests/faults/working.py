"""Whether each part of a fleet works, for what must come back without any restart."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.faults.fleet import Fleet
from tests.faults.load import Load
from tests.processes import wait_until


#: What reads Flower's own API.
OPEN: Final = {"FLOWER_UNAUTHENTICATED_API": "true"}


#: Webhooks that a receiver has accepted when it works again.
_SOME: Final = 20


def wait_until_all_work(fleet: Fleet, load: Load, *, seconds: float) -> None:
    """Wait until receiver, worker, Flower's pages and the Failed tab work, under load."""
    began = len(load.accepted)
    parts: dict[str, Callable[[], bool]] = {
        "the receiver accepts": lambda: len(load.accepted) > began + _SOME,
        "Flower hears of the worker's tasks": _hears_of(fleet),
        "the Failed tab shows": lambda: _answers(fleet, "failed/api/counts"),
        "remote control reaches the worker": lambda: _answers(fleet, "api/workers?refresh=1"),
    }
    # Side by side: a page that waits is no reason to notice late that another works.
    with ThreadPoolExecutor(len(parts)) as watching:
        for each in [
            watching.submit(wait_until, works, f"{what} again", seconds=seconds)
            for what, works in parts.items()
        ]:
            each.result()


def no_alarm(fleet: Fleet) -> None:
    """Demand that nothing ended and nothing unexpected was logged."""
    unexpected = [line for line in fleet.logs().splitlines() if "unexpected" in line]
    assert not unexpected, unexpected[:3]
    assert "Traceback" not in fleet.logs()
    assert all(each.running for each in fleet.processes)


def _hears_of(fleet: Fleet) -> Callable[[], bool]:
    """Make what says whether Flower's task pages have heard of tasks since now."""

    def heard() -> float:
        lines = fleet.http.get(f"{fleet.flower_url}/metrics").text.splitlines()
        return sum(
            float(line.rsplit(" ", 1)[1])
            for line in lines
            if line.startswith("flower_events_total{") and "task-succeeded" in line
        )

    before = heard()
    return lambda: heard() > before


def _answers(fleet: Fleet, path: str) -> bool:
    """Return whether one of Flower's pages has what it is to show."""
    answer = fleet.http.get(f"{fleet.flower_url}/{path}")
    return answer.status_code == 200 and bool(answer.json())
