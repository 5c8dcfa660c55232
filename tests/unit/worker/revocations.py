"""Values that decisions on revocations are made of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas import HolderAssignmentDeleted
from tests.unit.worker.build import removal
from worker.revocation.cards import Card
from worker.revocation.findings import Findings, Presence, ReferrerReward, RewardKind
from worker.settings.policies import Policies


ASSIGNED = datetime(2025, 2, 11, 17, 40, 2, 118_000, UTC)
REMOVED = datetime(2025, 3, 4, 8, 15, 30, 250_000, UTC)
INSIDE = ASSIGNED + timedelta(days=3)

#: What the sample's campaign pays at the assignment is stamped a little later.
MOMENT = ASSIGNED + timedelta(milliseconds=300)

CAMPAIGN = "camp_samovarReferral2024"
CODE = "v_samovarCode000001"
REFEREE = "cust_adaQuill000001"
REFERRER = "cust_wrenHalloway"
HOLDER = "rh_7c210000000001"

GIFT = Card("v_gift", "GIFT_VOUCHER", "camp_samovarGiftCards")
CLUB = Card("v_club", "LOYALTY_CARD", "camp_club")

NONE = Policies(
    claw_back_referrer=False,
    roll_back_redemption=False,
    disable_referrer_code=False,
    mark_customer=False,
)
CLAW_BACK = Policies(
    claw_back_referrer=True,
    roll_back_redemption=False,
    disable_referrer_code=False,
    mark_customer=False,
)
ALL = Policies(
    claw_back_referrer=True,
    roll_back_redemption=True,
    disable_referrer_code=True,
    mark_customer=True,
)


def referee_left(**overrides: Any) -> HolderAssignmentDeleted:
    """Build the removal of a referee."""
    return removal(**overrides)


def referrer_left(**overrides: Any) -> HolderAssignmentDeleted:
    """Build the removal of a referrer."""
    return removal(role="REFERRER", customer_id=REFERRER, **overrides)


def earned(kind: RewardKind = RewardKind.CREDITS, **overrides: Any) -> ReferrerReward:
    """Build a reward that the referrer got for the referee."""
    valued = kind in {RewardKind.CREDITS, RewardKind.POINTS}
    wanted: dict[str, Any] = {
        "id": "evcus_rewarded1",
        "kind": kind,
        "target": "v_referrersCard",
        "transaction": "vtx_tier1" if valued else None,
        "amount": 300 if valued else None,
        "referee": REFEREE,
        "at": INSIDE,
    }
    return ReferrerReward(**{**wanted, **overrides})


def found(presence: Presence = Presence.GONE, **overrides: Any) -> Findings:
    """Build what was read."""
    return Findings(presence=presence, **overrides)
