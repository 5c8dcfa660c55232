from random import Random
from typing import Any

import pytest

from inbox.privacy.redaction import redacted
from schemas import EVENTS, load_envelope, load_event, parse_body
from tests.samples import body
from tests.unit.schemas.shapes.bodies import Bodies
from tests.unit.schemas.shapes.walk import needed
from worker.customers import customer_of_rest, customers_of


#: Events that name their customer in the first place that is read.
NAMED_AT_THE_TOP = {"redemption.rollback.succeeded", "redemption.succeeded", "customer.created"}


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_an_event_of_an_erased_customer_can_still_be_read(event_type: str) -> None:
    """
    Of every event there is, the ids remain that its class cannot do without.

    And no other customer is taken for the event's, even if that one is not among them.
    """
    for number in range(10):
        bodies = Bodies(event_type=event_type, random=Random(number), needed=needed(event_type))
        raw = body(_with_ids(bodies.body(), "event"))
        rest = redacted(raw)

        envelope = load_envelope(parse_body(rest))

        assert load_event(envelope) is not None
        first = customers_of(load_envelope(parse_body(raw)))[:1]
        assert customer_of_rest(envelope) in {"", *first}
        assert customer_of_rest(envelope) or event_type not in NAMED_AT_THE_TOP


def _with_ids(value: Any, name: str) -> Any:
    """Put ids where ids belong; the shapes have any text there."""
    if isinstance(value, dict):
        return {key: _with_ids(each, f"{name}_{key}") for key, each in value.items()}
    if isinstance(value, list):
        return [_with_ids(each, name) for each in value]
    return name if isinstance(value, str) and name.endswith("_id") else value
