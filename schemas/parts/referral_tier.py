from dataclasses import dataclass

from schemas.parts.references import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralTierParameters:
    """What a referral has to be for its tier."""

    event_type: str | None = None
    segment: Reference | None = None
    custom_event: Reference | None = None
    distribution: Reference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralTier:
    """A tier of what referrers get (`SimpleReferralTier`)."""

    id: str | None = None
    campaign_id: str | None = None
    banner: str | None = None
    parameters: ReferralTierParameters | None = None
