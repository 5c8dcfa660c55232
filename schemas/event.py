"""What every event and the envelope around it have, whatever the event is about."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from schemas.fields.simple import UnknownValue
from schemas.model import ADDED, Model
from schemas.vocabulary.vouchers import EventChannel, WebhookKind


#: No kind of webhook: the `Source.object` of a body that worker/reconcile has made.
RECONCILED: Final = "reconcile"


class EventUser(Model):
    """The person who caused an event in Voucherify's dashboard."""

    id: str | None = None


class EventAPIKey(Model):
    """The key with which a program caused an event."""

    name: str | None = None
    app_id: str | None = None


class EventSource(Model):
    """Where an event was caused, and who caused it."""

    channel: EventChannel | UnknownValue | None = None
    user: EventUser | None = None
    api_key: EventAPIKey | None = None


class EventReference(Model):
    """
    Which event this is: the `event` object of the envelope.

    `created_at` is when it happened; for an assignment that was deleted it is the only
    time of the deletion. `entity_id` is the customer for events named `customer.*`,
    `group_id` the request that caused the event.
    """

    id: str
    type: str
    created_at: datetime
    entity_id: str | None = None
    group_id: str | None = None
    event_source: EventSource | None = None


class Event(Model):
    """
    What every event has; the rest of its attributes is read from the `data` of its body.

    `event` says which event this is and when it happened. `unreadable` names the fields that
    are None because their value could not be read, by their path in the body, as
    `data.voucher.gift.amount`. `event_type` is declared with the class; what events of several
    types have in common has none.
    """

    event_type: ClassVar[str | None] = None
    event: Annotated[EventReference, ADDED]
    unreadable: Annotated[tuple[str, ...], ADDED] = ()

    def __init_subclass__(cls, *, event_type: str | None = None) -> None:
        # A class is created twice (see `Model`), the second time without its arguments.
        cls.event_type = event_type or vars(cls).get("event_type")


class Canary(Event):
    """An event of our own, sent at `event.created_at` to see that all goes its way."""


class Source(Model):
    """The webhook that was configured: one of the project, or one of a distribution."""

    id: str | None = None
    object: WebhookKind | UnknownValue | None = None
    # An address may carry a key in its query.
    target_url: str | None = field(default=None, repr=False)


class Envelope(Model):
    """
    What surrounds every event (project settings, webhooks; distribution webhooks).

    `id` names one sendout; whether a retry keeps it is not documented, so it identifies
    nothing. `type` is the display name of the event on distribution webhooks: decide on
    `event_type`. `project_id` is the project that the event belongs to: a worker's keys may
    belong to another. `data` is the event's object as it came, and `unreadable` lists the paths of
    the fields that became None because they could not be read. Only `event` is required: whether
    an event can do without its `data` depends on its type.
    """

    event: EventReference
    data: Mapping[str, Any] | None = field(default=None, repr=False)
    id: str | None = None
    project_id: str | None = None
    created_at: datetime | None = None
    type: str | None = None
    source: Source | None = None
    unreadable: Annotated[tuple[str, ...], ADDED] = ()

    @property
    def event_type(self) -> str:
        """The type that the catalogue of events knows, such as `customer.deleted`."""
        return self.event.type

    @property
    def reconciled(self) -> bool:
        """Whether reconciliation made this body; no body that Voucherify signed says so."""
        return self.source is not None and self.source.object == RECONCILED
