"""Any findings at all, for properties: cards by their transactions, rewards, codes, events."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from schemas import HolderAssignmentDeleted
from tests.samples import assignment_deleted, reward
from tests.unit.worker.build import event_of
from tests.unit.worker.money import CONVERSION, Json, account, row
from tests.unit.worker.revocations import ASSIGNED, CAMPAIGN, CODE, INSIDE, REFEREE, REFERRER
from worker.revocation.cards import Card, Statement
from worker.revocation.findings import (
    Code,
    Conversion,
    Findings,
    Presence,
    Promise,
    ReferrerReward,
    RewardKind,
)
from worker.revocation.read.statement import statement_of
from worker.settings.policies import Policies


flags = st.booleans()
near = st.integers(-2, 2).map(lambda seconds: ASSIGNED + timedelta(seconds=3 * seconds))
moments = near | st.integers(-40, 40).map(lambda days: INSIDE + timedelta(days=days))
policies = st.builds(
    Policies,
    claw_back_referrer=flags,
    roll_back_redemption=flags,
    disable_referrer_code=flags,
    mark_customer=flags,
)
causes = st.sampled_from(
    [
        *([{}] * 6),
        {"redemption": {"id": CONVERSION}},
        {"redemption": {"id": "r_own"}, "order": {"id": "ord_1"}},
        {"redemption": {"id": CONVERSION}, "rollback": {"id": "rr_1"}},
        {"earning_rule": {"id": "ern_1"}},
        {"custom_event": {"id": "ev_1"}},
    ]
)
increases = st.sampled_from(
    ["POINTS_ADDITION", "POINTS_ADDITION", "POINTS_ACCRUAL", "POINTS_REFUND", "POINTS_TRANSFER_IN"]
)
decreases = st.sampled_from(
    [
        "POINTS_REMOVAL",
        "POINTS_REDEMPTION",
        "POINTS_EXPIRATION",
        "POINTS_TRANSFER_OUT",
        "POINTS_NEW",
    ]
)


@st.composite
def rows(draw: st.DrawFn, cards: int) -> list[Json]:
    """Draw the transactions of a card in the order of their times; it never holds less than 0."""
    made, held, times = [], 0, draw(st.lists(moments, max_size=5))
    for number, at in enumerate(sorted([*times, ASSIGNED] if cards == 0 else times)):
        amount = draw(st.sampled_from([1, 300, 500]))
        takes = held >= amount and draw(flags)
        held += -amount if takes else amount
        made.append(
            row(
                draw(decreases if takes else increases),
                -amount if takes else amount,
                at,
                id=f"vtx_{cards}_{number}",
                details=draw(causes),
                source=draw(st.sampled_from([None, None, None, "API", "Automation", "Odd"])),
                related_transaction_id=draw(st.sampled_from([None, None, f"vtx_{cards}_0"])),
            )
        )
        if draw(st.integers(0, 30)) == 0:
            made[-1]["details"] = None
    return made


@st.composite
def statements(draw: st.DrawFn) -> tuple[Statement, ...]:
    """Draw the customer's cards."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        card = Card(
            f"v_{number}", "LOYALTY_CARD", draw(st.sampled_from([None, "camp_club", "camp_other"]))
        )
        made = account(
            *draw(rows(number)), card=card, own=draw(st.sampled_from([0, 500])), since=draw(moments)
        )
        found.append(statement_of(made.card, made.held, made.rows, whole=True))
    return tuple(found)


rewards = st.builds(
    ReferrerReward,
    id=st.sampled_from(["evcus_1", "evcus_2"]),
    kind=st.sampled_from(RewardKind),
    target=st.sampled_from([None, "v_referrersCard", "v_coupon", CODE]),
    transaction=st.sampled_from([None, "vtx_a", "vtx_b"]),
    amount=st.sampled_from([None, -5, 0, 300]),
    referee=st.sampled_from([REFEREE, REFEREE, REFEREE, None, "cust_other"]),
    at=moments | st.none(),
    count=st.sampled_from([None, None, 5]),
    rolled_back=st.sampled_from([False, False, True]),
    named_campaign=st.sampled_from([True, True, False]),
)
codes = st.builds(
    Code, st.just(CODE), flags, st.frozensets(st.sampled_from([REFEREE, REFERRER, "cust_other"]))
)
conversions = st.builds(
    Conversion,
    st.sampled_from([CONVERSION, "r_2", "ev_1"]),
    st.sampled_from([CAMPAIGN, CAMPAIGN, "camp_b"]),
    flags,
    moments | st.none(),
)
promises = st.builds(
    Promise,
    type=st.sampled_from([None, "LOYALTY_CARD", "LOYALTY_CARD", "DISCOUNT_VOUCHER", "unknown"]),
    amount=st.sampled_from([300, 500]),
    campaign=st.sampled_from([None, "camp_club", "camp_club"]),
    in_event=flags,
    edited=moments | st.none(),
)
findings = st.builds(
    Findings,
    presence=st.just(Presence.GONE) | st.sampled_from(Presence),
    statements=statements(),
    promise=st.none() | promises,
    elsewhere=st.lists(moments, max_size=1).map(tuple),
    refers=st.sampled_from([False, False, True]),
    referrer_rewards=st.lists(rewards, max_size=5).map(tuple),
    conversions=st.none() | st.lists(conversions, max_size=3).map(tuple),
    code=st.none() | codes,
    customer_exists=flags,
)


def _event(role: str, promised: Any, *, reported: bool) -> HolderAssignmentDeleted:
    document = assignment_deleted(role=role, referee_reward=promised)
    if not reported:
        document["data"]["holder"]["created_at"] = None
    return event_of(document)


events = st.builds(
    lambda role, promised, reported: _event(role, promised, reported=reported),
    st.sampled_from(["REFEREE", "REFEREE", "REFEREE", "REFERRER", "OWNER"]),
    st.sampled_from([None, reward("500")]),
    st.sampled_from([True, True, True, False]),
)
