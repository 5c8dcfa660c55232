"""Steps of a plan, the code and the card that they act on, and how they are carried out."""

from typing import Any

from inbox.model.effect import Perk
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.build import job as a_job
from tests.unit.worker.build import removal
from tests.unit.worker.fake_api import FakeApi
from tests.unit.worker.learned import InMemory
from tests.unit.worker.revocations import GIFT, HOLDER, REFEREE, REFERRER
from worker.job import Job
from worker.revocation.cards import Card
from worker.revocation.execute.mark import Marking
from worker.revocation.execute.steps import Execution
from worker.revocation.steps import DisableVoucher, MarkCustomer, Plan, RollBack, Step, TakeBalance


OFF = DisableVoucher(
    perk=Perk.REFERRAL_CODE, voucher="v_code", only_if_owned_by=REFERRER, reason="why"
)
BACK = RollBack(redemption="r_1", reason="the referee's discount")
SHOW = MarkCustomer(customer=REFEREE, reason="referral removed")


def take(
    perk: Perk = Perk.GIFT_CREDITS,
    grant: str = "vtx_1",
    holder: str = HOLDER,
    card: Card = GIFT,
    **more: Any,
) -> TakeBalance:
    """Build a step that takes 500 from a card that was not read."""
    return TakeBalance(
        perk=perk,
        card=card,
        granted=500,
        due=500,
        grant=grant,
        name=f"rvk:{holder}:{perk}",
        reason="why",
        **more,
    )


def code_and_card() -> FakeApi:
    """Return a code of the referrer's, a card and a customer."""
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


def execution(ledger: Ledger, api: FakeApi, event: Any = None, job: Job | None = None) -> Execution:
    """Build what carries steps out."""
    marking = Marking(api, ledger, InMemory())
    return Execution(event or removal(), api, ledger, marking, job or a_job())


def carried_out(
    ledger: Ledger,
    api: FakeApi,
    *steps: Step,
    event: Any = None,
    unresolved: tuple[str, ...] = (),
    job: Job | None = None,
) -> str:
    """Carry steps out."""
    plan = Plan(steps=steps, reason="assignment gone: nothing", unresolved=unresolved)
    return execution(ledger, api, event, job).carry_out(plan)
