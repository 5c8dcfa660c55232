from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from schemas.errors import Reason, UnreadableBody
from schemas.event_reference import EventReference
from schemas.fields import ADDED, UnknownValue, schema_of
from schemas.reading import read
from schemas.vocabulary import WebhookKind


#: No kind of webhook: what `Source.object` is in a body that worker/reconcile has made.
RECONCILED: Final = "reconcile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The webhook that was configured: one of the project, or one of a distribution."""

    id: str | None = None
    object: WebhookKind | UnknownValue | None = None
    # An address may carry a key in its query.
    target_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
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
        """Whether no webhook told of it; no body that Voucherify signed says so."""
        return self.source is not None and self.source.object == RECONCILED


def load_envelope(document: Mapping[str, Any]) -> Envelope:
    """Read the envelope of a parsed body, or raise `UnreadableBody`."""
    if not isinstance(document, Mapping):
        raise UnreadableBody(Reason.NOT_AN_OBJECT, "The body is JSON, but not an object.")
    return read(schema_of(Envelope), document)
