"""Steps of a plan, the code and the card that they act on, and how they are carried out."""

from typing import Any

from tests.integration.worker.ledger import Ledger
from tests.unit.worker.build import job, removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.revocations import GIFT, HOLDER, REFEREE, REFERRER
from worker.revocation.execute import carry_out
from worker.revocation.findings import Card
from worker.revocation.steps import DisableVoucher, MarkCustomer, Plan, RollBack, Step, TakeBalance


OFF = DisableVoucher(perk="H", voucher="v_code", only_if_owned_by=REFERRER, reason="why")
BACK = RollBack(redemption="r_1", reason="the referee's discount")
SHOW = MarkCustomer(customer=REFEREE, reason="referral removed")


def take(
    perk: str = "B", grant: str = "vtx_1", holder: str = HOLDER, card: Card = GIFT
) -> TakeBalance:
    """Build a step that takes 500."""
    return TakeBalance(
        perk=perk,
        card=card,
        granted=500,
        grant=grant,
        name=f"rvk:{holder}:{perk}",
        look_first=False,
        reason="why",
    )


def code_and_card() -> FakeApi:
    """Give a code of the referrer's, a card and a customer."""
    return FakeApi(
        vouchers={
            "v_code": {
                "id": "v_code",
                "active": True,
                "holder_id": REFERRER,
                "referrer_id": REFERRER,
            },
            "v_gift": {"id": "v_gift", "gift": {"balance": 1500}},
        },
        customers={REFEREE: {"metadata": {"tea": "oolong"}}},
    )


def carried_out(
    ledger: Ledger, api: FakeApi, *steps: Step, event: Any = None, unresolved: tuple[str, ...] = ()
) -> str:
    """Carry steps out."""
    plan = Plan(steps=steps, reason="assignment gone: nothing", unresolved=unresolved)
    return carry_out(plan, event or removal(), api, ledger, job())
