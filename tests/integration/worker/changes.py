"""One change of a card's balance, and what the ledger has of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from inbox.ledger import Effects
from inbox.model.effect import Begun, Effect
from inbox.model.time import utc_now
from tests.integration.worker.ledger import Ledger
from tests.unit.worker.build import job
from tests.unit.worker.fake_api import FakeApi
from worker.errors import JobError
from worker.revocation.execute.balance import BalanceChange
from worker.revocation.execute.card import Known


NAME = "rvk:rh_1:gift_credits"
EFFECT = f"effect:{NAME}"
IN_FLIGHT = 300


def card_of_1500() -> FakeApi:
    """Return a card with 1500 on it."""
    return FakeApi(vouchers={"v_gift": {"id": "v_gift", "gift": {"balance": 1500}}})


def begun(ledger: Effects, name: str = NAME, **fields: Any) -> Begun:
    """Begin a change in the ledger."""
    usual: dict[str, str | int] = {
        "kind": "take",
        "name": name,
        "granted": 500,
        "reason": "why",
        "card": "v_gift",
        "card_type": "GIFT_VOUCHER",
    }
    return ledger.begin(
        f"effect:{name}", holder="rh_1", customer="cust_1", fields={**usual, **fields}
    )


def change(ledger: Effects, api: FakeApi, name: str = NAME, **fields: Any) -> BalanceChange:
    """Begin a change and give what makes it."""
    return BalanceChange(begun(ledger, name, **fields), api, ledger, job())


def unread(most: int = 500, **more: Any) -> Known:
    """Know how much may be moved, and nothing of the card."""
    return Known(most=most, **more)


def read(balance: int = 1500, at: datetime | None = None, **more: Any) -> Known:
    """Know the card as it was read, by default just now."""
    return Known(most=500, balance=balance, read_at=at or utc_now(), **more)


def run(ledger: Ledger, api: FakeApi, known: Known | None = None) -> Effect:
    """Make the change."""
    return change(ledger, api).make(known or unread())


def fails(make: Callable[[], Effect]) -> JobError:
    """Return the error of a change that is not made."""
    with pytest.raises(JobError) as caught:
        make()
    return caught.value


def stands(ledger: Effects) -> Effect:
    """Return what the ledger has of the change."""
    found = ledger.get(EFFECT)
    assert found
    return found
