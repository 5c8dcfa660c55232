"""
From the bytes of a webhook to typed, frozen events, in three steps.

`parse_body` decodes, `load_envelope` reads what surrounds every event, `load_event` reads
the event itself. Pure: no network, no queue, no clock. Each step raises `UnreadableBody`,
whose message never quotes the body.

The classes of events are in `schemas.events`, their parts in `schemas.parts`: `python -m schemas
list` names the file of each event. Here are those that our own handlers use.
"""

from schemas.catalogue import (
    CANARY,
    CUSTOMER_DELETED,
    EVENTS,
    HOLDER_ASSIGNMENT_CREATED,
    HOLDER_ASSIGNMENT_DELETED,
    event_class,
)
from schemas.errors import Reason, UnreadableBody
from schemas.event import (
    RECONCILED,
    Canary,
    Envelope,
    Event,
    EventReference,
    EventSource,
    EventUser,
    Source,
)
from schemas.events.customers import (
    CustomerDeleted,
    HolderAssignment,
    HolderAssignmentCreated,
    HolderAssignmentDeleted,
)
from schemas.fields.simple import UnknownValue, read_timestamp
from schemas.parts.campaigns import Campaign, RefereeReward
from schemas.parts.customers import Customer
from schemas.parts.discounts import (
    AmountDiscount,
    Discount,
    FixedDiscount,
    FreeUnits,
    Gift,
    ManyUnitsDiscount,
    OtherDiscount,
    PercentDiscount,
    UnitDiscount,
    UnitItem,
)
from schemas.parts.vouchers import Holder, Voucher
from schemas.read.body import parse_body
from schemas.read.event import load_envelope, load_event
from schemas.vocabulary.vouchers import (
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
    "RECONCILED",
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
