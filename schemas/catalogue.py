"""Which class reads which type of event."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Final

from schemas.event import Canary, Envelope, Event
from schemas.model import names_of


HOLDER_ASSIGNMENT_DELETED: Final = "customer.holder.assignment.deleted"
HOLDER_ASSIGNMENT_CREATED: Final = "customer.holder.assignment.created"
CUSTOMER_DELETED: Final = "customer.deleted"
#: No event of Voucherify's: worker/canary.py makes it.
CANARY: Final = "perkhook.canary"

#: The file in `schemas/events` by the first two words of a type, or else by the first one.
FILES: Final[Mapping[str, str]] = {
    "business_validation_rule": "rules",
    "campaign": "campaigns",
    "customer": "customers",
    "customer.custom_event": "distributions",
    "customer.loyalty": "campaigns",
    "customer.order": "distributions",
    "customer.publication": "vouchers",
    "customer.redemption": "redemptions",
    "customer.reward_redemptions": "redemptions",
    "customer.rewarded": "redemptions",
    "customer.segment": "distributions",
    "customer.voucher": "balances",
    "manual_distribution_schedule": "distributions",
    "publication": "vouchers",
    "redemption": "redemptions",
    "voucher": "vouchers",
    "voucher.gift": "balances",
    "voucher.loyalty_card": "balances",
}

#: Names under which other lists of Voucherify's have some events: webhooks of a project, those of
#: distributions, and the Management API. Which one a body carries is not known, so a handler that
#: wants to be sure names both.
ALSO_CALLED: Final[Mapping[str, str]] = {
    "customer.entered.segment": "customer.segment.entered",
    "loyalty_card.pending_points.updated": "customer.voucher.loyalty_card.pending_points.updated",
    "voucher.gift.balance_aded": "voucher.gift.balance_added",
    "voucher.loyalty_card.pending_points.aded": "voucher.loyalty_card.pending_points.added",
    "voucher.loyalty_card.points_aded": "voucher.loyalty_card.points_added",
}


class _Events(Mapping[str, type[Event]]):
    """
    The class of each type of event. A file is imported when one of its types is asked for.

    A worker acts on a few types; to import all takes a tenth of a second and some megabytes.
    """

    def __getitem__(self, event_type: str) -> type[Event]:
        words = event_type.split(".")
        file = FILES.get(".".join(words[:2])) or FILES[words[0]]
        return declared_in(file)[event_type]

    def __iter__(self) -> Iterator[str]:
        for file in dict.fromkeys(FILES.values()):
            yield from (each for each in declared_in(file) if each in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def declared_in(file: str) -> Mapping[str, type[Event]]:
    """Return the events that a file of `schemas/events` declares, by their types."""
    module = import_module(f"schemas.events.{file}")
    declared = (
        each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Event)
    )
    return {each.event_type: each for each in declared if each.event_type}


#: Voucherify's event types and their classes.
EVENTS: Final[Mapping[str, type[Event]]] = _Events()


def event_class(event_type: str) -> type[Event] | None:
    """Return the class of an event's type; None when no schema describes it."""
    if event_type == CANARY:
        return Canary
    return EVENTS.get(ALSO_CALLED.get(event_type, event_type))


@cache
def declared_names() -> frozenset[str]:
    """Return every name that a schema declares: the names that a message may show."""
    return names_of(Envelope).union(*map(names_of, EVENTS.values()))
