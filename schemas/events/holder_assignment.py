from dataclasses import dataclass

from schemas.event_reference import EventReference
from schemas.fields import Part, PartSchema
from schemas.parts.campaign import Campaign, CampaignSchema
from schemas.parts.customer import Customer, CustomerSchema
from schemas.parts.holder import Holder, HolderSchema
from schemas.parts.voucher import Voucher, VoucherSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAssignment:
    """
    What the two events about an assignment have in common.

    Source: the specification's `EventCustomerHolderAssignmentDeletedData`; the one for
    `created` is identical. `unreadable` names the fields that are None because their
    value could not be read, by their path in the body, as `data.voucher.gift.amount`.
    """

    event: EventReference
    holder: Holder
    voucher: Voucher | None = None
    campaign: Campaign | None = None
    customer: Customer | None = None
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAssignmentDeleted(HolderAssignment):
    """A customer was unassigned from a redeemable, at `event.created_at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderAssignmentCreated(HolderAssignment):
    """A customer was assigned to a redeemable."""


class HolderAssignmentDeletedSchema(PartSchema[HolderAssignmentDeleted]):
    """Reads `HolderAssignmentDeleted`."""

    makes = HolderAssignmentDeleted

    holder = Part(HolderSchema(), strict=True)
    voucher = Part(VoucherSchema())
    campaign = Part(CampaignSchema())
    customer = Part(CustomerSchema())


class HolderAssignmentCreatedSchema(PartSchema[HolderAssignmentCreated]):
    """Reads `HolderAssignmentCreated`."""

    makes = HolderAssignmentCreated

    holder = Part(HolderSchema(), strict=True)
    voucher = Part(VoucherSchema())
    campaign = Part(CampaignSchema())
    customer = Part(CustomerSchema())
