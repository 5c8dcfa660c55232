"""
From the bytes of a webhook to typed, frozen events, in three steps.

`parse_body` decodes, `load_envelope` reads what surrounds every event, `load_event` reads
the event itself. Pure: no network, no queue, no clock. Each step raises `UnreadableBody`,
whose message never quotes the body.
"""

from schemas.body import parse_body
from schemas.catalogue import (
    CANARY,
    CUSTOMER_DELETED,
    EVENTS,
    HOLDER_ASSIGNMENT_CREATED,
    HOLDER_ASSIGNMENT_DELETED,
    event_class,
    load_event,
)
from schemas.envelope import Envelope, Source, load_envelope
from schemas.errors import Reason, UnreadableBody
from schemas.event import Event
from schemas.event_reference import EventAPIKey, EventReference, EventSource, EventUser
from schemas.events.canary import Canary
from schemas.events.customer_deleted import CustomerDeleted, DeletedCustomer
from schemas.events.customer_holder_assignment import (
    HolderAssignment,
    HolderAssignmentCreated,
    HolderAssignmentDeleted,
)
from schemas.fields import UnknownValue, read_timestamp
from schemas.parts.campaign import Campaign
from schemas.parts.campaign_loyalty_card import CampaignLoyaltyCard, ExpirationRules
from schemas.parts.campaign_voucher import CampaignVoucher
from schemas.parts.category import Category
from schemas.parts.code_config import CodeConfig
from schemas.parts.customer import Customer
from schemas.parts.discount import Discount, OtherDiscount
from schemas.parts.gift import Gift
from schemas.parts.holder import Holder
from schemas.parts.loyalty_card import LoyaltyCard
from schemas.parts.money_discount import AmountDiscount, FixedDiscount, PercentDiscount
from schemas.parts.redemption import Redemption
from schemas.parts.referral_program import (
    CustomEvent,
    RefereeReward,
    ReferralProgram,
    RelatedObject,
)
from schemas.parts.unit_discount import FreeUnits, ManyUnitsDiscount, UnitDiscount, UnitItem
from schemas.parts.voucher import Voucher
from schemas.vocabulary import (
    CampaignGrowth,
    CampaignType,
    ConversionEventType,
    DiscountEffect,
    DiscountType,
    EventChannel,
    HolderRole,
    PeriodType,
    RedeemableObject,
    RoundingType,
    StackingRulesType,
    UnitEffect,
    VoucherType,
    WebhookKind,
)


__all__ = [
    "CANARY",
    "CUSTOMER_DELETED",
    "EVENTS",
    "HOLDER_ASSIGNMENT_CREATED",
    "HOLDER_ASSIGNMENT_DELETED",
    "AmountDiscount",
    "Campaign",
    "CampaignGrowth",
    "CampaignLoyaltyCard",
    "CampaignType",
    "CampaignVoucher",
    "Canary",
    "Category",
    "CodeConfig",
    "ConversionEventType",
    "CustomEvent",
    "Customer",
    "CustomerDeleted",
    "DeletedCustomer",
    "Discount",
    "DiscountEffect",
    "DiscountType",
    "Envelope",
    "Event",
    "EventAPIKey",
    "EventChannel",
    "EventReference",
    "EventSource",
    "EventUser",
    "ExpirationRules",
    "FixedDiscount",
    "FreeUnits",
    "Gift",
    "Holder",
    "HolderAssignment",
    "HolderAssignmentCreated",
    "HolderAssignmentDeleted",
    "HolderRole",
    "LoyaltyCard",
    "ManyUnitsDiscount",
    "OtherDiscount",
    "PercentDiscount",
    "PeriodType",
    "Reason",
    "RedeemableObject",
    "Redemption",
    "RefereeReward",
    "ReferralProgram",
    "RelatedObject",
    "RoundingType",
    "Source",
    "StackingRulesType",
    "UnitDiscount",
    "UnitEffect",
    "UnitItem",
    "UnknownValue",
    "UnreadableBody",
    "Voucher",
    "VoucherType",
    "WebhookKind",
    "event_class",
    "load_envelope",
    "load_event",
    "parse_body",
    "read_timestamp",
]
