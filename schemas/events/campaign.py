"""`campaign.*` but for tiers, among them `campaign.vouchers.generation.completed`."""

from dataclasses import dataclass
from datetime import datetime

from schemas.event import Event
from schemas.parts.campaign import Campaign
from schemas.parts.full_campaign import FullCampaign


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEvent(Event):
    """What the events about a campaign have in common."""

    campaign: FullCampaign


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignCreated(CampaignEvent):
    """A campaign was made (`EventCampaignCreatedData`)."""

    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDeleted(CampaignEvent):
    """A campaign was deleted (`EventCampaignDeletedData`)."""

    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDisabled(CampaignEvent):
    """A campaign was switched off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEnabled(CampaignEvent):
    """A campaign was switched on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignUpdated(CampaignEvent):
    """A campaign was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignVouchersGenerationCompleted(Event):
    """The codes of a campaign were made (`EventCampaignVouchersGenerationCompletedData`)."""

    campaign: Campaign | None = None
    count: int | None = None
    completed_at: datetime | None = None
