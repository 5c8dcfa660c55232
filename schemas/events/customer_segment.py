"""`customer.segment.*`."""

from dataclasses import dataclass

from schemas.events.distributed import SentByDistribution
from schemas.parts.full_customer import FullCustomer
from schemas.parts.segment import IdentifiedSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSegmentEntered(SentByDistribution):
    """A customer came into a segment (`EventCustomerSegmentEnteredData`)."""

    customer: FullCustomer | None = None
    segment: IdentifiedSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSegmentLeft(SentByDistribution):
    """A customer left a segment (`EventCustomerSegmentLeftData`)."""

    customer: FullCustomer | None = None
    segment: IdentifiedSegment
