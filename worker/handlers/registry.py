import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from inbox.ids import DELIVERY_ID_LENGTH, job_id_of
from inbox.keys import PROCESS
from telemetry.safe_errors import SafeMessageError
from worker.services import Handler, Planner


#: The modules of our own handlers; all others are a shop's.
HOUSE: Final = "worker.handlers."

#: Names of handlers that messages may repeat.
_SAFE: Final = re.compile(r"[^\W]{1,60}")


class HandlerError(SafeMessageError, ValueError):
    """A handler that cannot be registered."""


@dataclass(frozen=True, slots=True)
class Registration:
    """
    A handler, the event types it wants and the queue its jobs go to.

    Attributes:
        moves_money: its jobs count for the rate cap on revocations, which holds those beyond it.
        plan: returns what `run` would do, by reading alone; None if its first line says it all.
        retries: seconds to wait after the first, second, … failed run; None for
            RETRY_SCHEDULE_SECONDS, () for no other try.
        required: whether a body that this handler cannot be given fails, so that an operator
            sees it; False if nothing is lost with it.
    """

    name: str
    queue: str
    event_types: tuple[str, ...]
    run: Handler
    moves_money: bool = False
    plan: Planner | None = None
    retries: tuple[float, ...] | None = None
    required: bool = True

    @property
    def summary(self) -> str:
        """The first line of the function's docstring; empty without one."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]

    @property
    def own(self) -> bool:
        """Whether it is a shop's own, not one of this project's."""
        return not self.run.__module__.startswith(HOUSE)


_registered: dict[str, Registration] = {}


def handles(
    *event_types: str,
    queue: str,
    moves_money: bool = False,
    plan: Planner | None = None,
    retries: tuple[float, ...] | None = None,
    required: bool = True,
) -> Callable[[Handler], Handler]:
    """
    Register the decorated function for events of these types; see `Registration`.

    Raises:
        HandlerError: two handlers have the same name, or the name cannot be a job's.
    """

    def register(run: Handler) -> Handler:
        name = run.__name__
        if name == PROCESS or job_id_of(f"{'0' * DELIVERY_ID_LENGTH}:{name}") is None:
            said = name if _SAFE.fullmatch(name) else "so"
            raise HandlerError(
                f"a handler cannot be called {said}: a job's name is a-z, 0-9 and _, begins with "
                f"a letter and is not {PROCESS}"
            )
        if name in _registered and _registered[name].run.__module__ != run.__module__:
            raise HandlerError(
                f"two handlers are called {name}: one in {_registered[name].run.__module__}, one "
                f"in {run.__module__}"
            )
        _registered[name] = Registration(
            name, queue, event_types, run, moves_money, plan, retries, required
        )
        return run

    return register


def registered() -> dict[str, Registration]:
    """Return the handlers registered so far, by name."""
    return dict(_registered)
