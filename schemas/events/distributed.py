from dataclasses import dataclass

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.promotion_tier import PromotionTier
from schemas.parts.publication import Publication
from schemas.parts.voucher import Voucher


@dataclass(frozen=True, slots=True, kw_only=True)
class SentByDistribution(Event):
    """
    What a distribution adds to the events that set it off.

    `EventDistributionScenariosPromotionSendCode` of the specification.
    """

    campaign: Campaign | None = None
    voucher: Voucher | None = None
    publication: Publication | None = None
    promotion_tier: PromotionTier | None = None
