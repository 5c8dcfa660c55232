"""
From the bytes of a webhook to typed, frozen events, in three steps.

`parse_body` decodes, `load_envelope` reads what surrounds every event, `load_event` reads
the event itself. Pure: no network, no queue, no clock. Each step raises `UnreadableBody`,
whose message never quotes the body.

The class of an event is in `schemas.events`, in the file that is named like the event; its parts
are in `schemas.parts`. Here are those that our own handlers use.
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
from schemas.event_reference import EventReference, EventSource, EventUser
from schemas.events.canary import Canary
from schemas.events.customer import CustomerDeleted
from schemas.events.customer_holder_assignment import (
    HolderAssignment,
    HolderAssignmentCreated,
    HolderAssignmentDeleted,
)
from schemas.fields import UnknownValue, read_timestamp
from schemas.parts.campaign import Campaign
from schemas.parts.customer import Customer
from schemas.parts.discount import Discount, OtherDiscount
from schemas.parts.gift import Gift
from schemas.parts.holder import Holder
from schemas.parts.money_discount import AmountDiscount, FixedDiscount, PercentDiscount
from schemas.parts.referral_program import RefereeReward
from schemas.parts.unit_discount import FreeUnits, ManyUnitsDiscount, UnitDiscount, UnitItem
from schemas.parts.voucher import Voucher
from schemas.vocabulary import (
    CampaignType,
    DiscountEffect,
    DiscountType,
    EventChannel,
    HolderRole,
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
    "CampaignType",
    "Canary",
    "Customer",
    "CustomerDeleted",
    "Discount",
    "DiscountEffect",
    "DiscountType",
    "Envelope",
    "Event",
    "EventChannel",
    "EventReference",
    "EventSource",
    "EventUser",
    "FixedDiscount",
    "FreeUnits",
    "Gift",
    "Holder",
    "HolderAssignment",
    "HolderAssignmentCreated",
    "HolderAssignmentDeleted",
    "HolderRole",
    "ManyUnitsDiscount",
    "OtherDiscount",
    "PercentDiscount",
    "Reason",
    "RefereeReward",
    "Source",
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
