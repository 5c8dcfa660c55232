"""`manual_distribution_schedule`, which only distributions send."""

from dataclasses import dataclass

from schemas.events.distributed import SentByDistribution
from schemas.parts.customer import Customer
from schemas.parts.distribution import Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualDistributionSchedule(SentByDistribution):
    """A distribution that somebody planned was sent (`EventDistributionData`)."""

    distribution: Distribution | None = None
    customer: Customer | None = None
