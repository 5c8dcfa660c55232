from collections.abc import Callable
from dataclasses import dataclass

from inbox.ids import job_id_of
from inbox.keys import DELIVERY_ID_LENGTH, PROCESS
from worker.services import Handler, Planner


@dataclass(frozen=True, slots=True)
class Registration:
    """
    A handler, the event types it wants and the queue its jobs go to.

    Attributes:
        moves_money: its jobs are counted by the brake, which holds what is too much.
        plan: tells what `run` would do, by reading alone; None if its first line tells it all.
    """

    name: str
    queue: str
    event_types: tuple[str, ...]
    run: Handler
    moves_money: bool = False
    plan: Planner | None = None


_registered: dict[str, Registration] = {}


def handles(
    *event_types: str, queue: str, moves_money: bool = False, plan: Planner | None = None
) -> Callable[[Handler], Handler]:
    """
    Register the decorated function for events of these types.

    Raises:
        ValueError: two handlers have the same name, or the name cannot be a job's.
    """

    def register(run: Handler) -> Handler:
        name = run.__name__
        if name == PROCESS or job_id_of(f"{'0' * DELIVERY_ID_LENGTH}:{name}") is None:
            raise ValueError(f"a handler cannot be called {name}: see inbox.ids")
        if name in _registered and _registered[name].run.__module__ != run.__module__:
            raise ValueError(f"two handlers are called {name}")
        _registered[name] = Registration(name, queue, event_types, run, moves_money, plan)
        return run

    return register


def registered() -> dict[str, Registration]:
    """Give what was registered so far, by name."""
    return dict(_registered)
