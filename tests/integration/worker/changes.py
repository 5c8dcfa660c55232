"""One change of a card's balance, and what the ledger has of it."""

from collections.abc import Callable

import pytest

from inbox.effects import Effect
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.build import job
from tests.unit.worker.fake_api import FakeApi
from worker.errors import JobError
from worker.revocation.balance import BalanceChange
from worker.revocation.findings import Card


CARD = Card("v_gift", "GIFT_VOUCHER", None)
NAME = "rvk:rh_1:B"
IN_FLIGHT = 300


def card_of_1500() -> FakeApi:
    """Give a card with 1500 on it."""
    return FakeApi(vouchers={"v_gift": {"id": "v_gift", "gift": {"balance": 1500}}})


def planned(ledger: Ledger, name: str = NAME, kind: str = "take", granted: int = 500) -> Effect:
    """Note a change in the ledger."""
    fields: dict[str, str | int] = {"kind": kind, "name": name, "granted": granted, "reason": "why"}
    return ledger.plan(f"effect:{name}", holder="rh_1", customer="cust_1", **fields)


def run(ledger: Ledger, api: FakeApi, *, look_first: bool = False) -> Effect:
    """Make the change."""
    change = BalanceChange(planned(ledger), CARD, api, ledger, job())
    return change.make(look_first=look_first)


def fails(change: Callable[[], Effect]) -> JobError:
    """Give the error of a change that is not made."""
    with pytest.raises(JobError) as caught:
        change()
    return caught.value


def stands(ledger: Ledger) -> Effect:
    """Give what the ledger has of the change."""
    found = ledger.get(f"effect:{NAME}")
    assert found
    return found
