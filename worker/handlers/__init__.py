"""
The handlers, one file each. Every file in this folder is loaded.

To add a handler, add a file with a function:

    @handles("customer.holder.assignment.deleted", queue="perks")
    def my_handler(event, services, job):
        ...
        return "a few words on what was done, without personal data"

The function's name is the job's name in ids, logs and Flower, so renaming a handler while its
jobs wait leaves them without code. A shop's own handlers live outside this repository:
docs/handlers.md and `worker.shop.load`.
"""

import importlib
import pkgutil
from dataclasses import dataclass

from worker.handlers.registry import Registration, handles, registered


@dataclass(frozen=True, slots=True)
class HandlerTable:
    """All handlers by name."""

    by_name: dict[str, Registration]

    def for_event(self, event_type: str) -> tuple[Registration, ...]:
        """Return the handlers that want events of this type."""
        return tuple(
            handler for handler in self.by_name.values() if event_type in handler.event_types
        )

    @property
    def queues(self) -> tuple[str, ...]:
        """Return the names of the handlers' queues."""
        return tuple(sorted({handler.queue for handler in self.by_name.values()}))


def load_handlers() -> HandlerTable:
    """Import every file of this folder and return the handlers they registered."""
    for module in pkgutil.iter_modules(__path__, __name__ + "."):
        importlib.import_module(module.name)
    ours = {name: each for name, each in registered().items() if not each.own}
    return HandlerTable(dict(sorted(ours.items())))


__all__ = ["HandlerTable", "Registration", "handles", "load_handlers"]
