from dataclasses import dataclass
from datetime import datetime

from schemas.fields import UnknownValue
from schemas.vocabulary import CampaignType, HolderRole, RedeemableObject, VoucherType


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """
    One assignment of a redeemable to a customer (`SimpleRedeemableHolder`).

    `id` is the assignment's own: who is assigned again gets a new one. `created_at` is
    when the redeemable was assigned, also in the event that tells of the removal.
    `campaign_type` may be null or another one than a referral program for owners.
    The perks that are taken back hang on the strict fields.
    """

    id: str
    customer_id: str
    holder_role: HolderRole | UnknownValue
    redeemable_id: str
    campaign_id: str
    created_at: datetime | None = None
    redeemable_object: RedeemableObject | UnknownValue | None = None
    campaign_type: CampaignType | UnknownValue | None = None
    voucher_type: VoucherType | UnknownValue | None = None
    publication_id: str | None = None
    object: str | None = None
