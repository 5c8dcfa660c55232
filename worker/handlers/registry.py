from collections.abc import Callable
from dataclasses import dataclass

from worker.services import Handler


@dataclass(frozen=True, slots=True)
class Registration:
    """A handler, the event types it wants and the queue its jobs go to."""

    name: str
    queue: str
    event_types: tuple[str, ...]
    run: Handler


_registered: dict[str, Registration] = {}


def handles(*event_types: str, queue: str) -> Callable[[Handler], Handler]:
    """
    Register the decorated function for events of these types.

    Raises:
        ValueError: two handlers have the same name.
    """

    def register(run: Handler) -> Handler:
        name = run.__name__
        if name in _registered and _registered[name].run.__module__ != run.__module__:
            raise ValueError(f"two handlers are called {name}")
        _registered[name] = Registration(name, queue, event_types, run)
        return run

    return register


def registered() -> dict[str, Registration]:
    """Give what was registered so far, by name."""
    return dict(_registered)
