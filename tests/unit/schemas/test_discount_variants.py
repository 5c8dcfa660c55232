from decimal import Decimal
from typing import Any

import pytest

from schemas import (
    AmountDiscount,
    Discount,
    DiscountEffect,
    DiscountType,
    FixedDiscount,
    FreeUnits,
    HolderAssignmentDeleted,
    ManyUnitsDiscount,
    OtherDiscount,
    PercentDiscount,
    UnitDiscount,
    UnitEffect,
    UnitItem,
    UnknownValue,
    load_envelope,
    load_event,
)
from tests import samples


def load(discount: Any) -> tuple[Discount | None, tuple[str, ...]]:
    """Load a discount inside of an event: what it became, and what was unreadable."""
    document = samples.assignment_deleted()
    document["data"]["voucher"]["discount"] = discount
    event = load_event(load_envelope(document))
    assert isinstance(event, HolderAssignmentDeleted)
    assert event.voucher is not None
    return event.voucher.discount, event.unreadable


AMOUNT: dict[str, Any] = {
    "amount_off": 700,
    "amount_off_formula": "ORDER_AMOUNT/10",
    "aggregated_amount_limit": 9000,
    "effect": DiscountEffect.APPLY_TO_ITEMS_BY_QUANTITY,
    "is_dynamic": True,
}
UNIT: dict[str, Any] = {"unit_type": "prod_jam", "unit_off": 2, "effect": UnitEffect.ADD_NEW_ITEMS}
SCONE = {"id": "prod_scone", "source_id": None, "name": "Scone"}


@pytest.mark.parametrize(
    ("discount", "read"),
    [
        ({"type": "AMOUNT"} | AMOUNT, AmountDiscount(type=DiscountType.AMOUNT, **AMOUNT)),
        (
            {"type": "PERCENT", "percent_off": 12.5, "amount_limit": 5000.0},
            PercentDiscount(
                type=DiscountType.PERCENT, percent_off=Decimal("12.5"), amount_limit=5000
            ),
        ),
        (
            {"type": "FIXED", "fixed_amount": "350", "effect": "APPLY_TO_ORDER"},
            FixedDiscount(
                type=DiscountType.FIXED, fixed_amount=350, effect=DiscountEffect.APPLY_TO_ORDER
            ),
        ),
        (
            {"type": "UNIT", "product": SCONE, "units": None} | UNIT,
            UnitDiscount(
                type=DiscountType.UNIT, product=UnitItem(id="prod_scone", name="Scone"), **UNIT
            ),
        ),
        (
            {"type": "UNIT", "effect": "ADD_MANY_ITEMS", "units": [{"sku": {"id": "s_1"}} | UNIT]},
            ManyUnitsDiscount(
                type=DiscountType.UNIT,
                effect=UnitEffect.ADD_MANY_ITEMS,
                units=(FreeUnits(sku=UnitItem(id="s_1"), **UNIT),),
            ),
        ),
        (
            {"type": "CASHBACK", "effect": "LATER", "cash": 1},
            OtherDiscount(type=UnknownValue("CASHBACK"), effect="LATER"),
        ),
        ({}, OtherDiscount()),
        ({"type": None}, OtherDiscount()),
        (None, None),
    ],
    ids=["amount", "percent", "fixed", "unit", "many units", "unknown", "empty", "no type", "null"],
)
def test_a_discount_is_read_as_what_its_type_says(discount: Any, read: Discount | None) -> None:
    """Each documented kind of discount has its class, and an unknown kind stays visible."""
    assert load(discount) == (read, ())


@pytest.mark.parametrize(
    ("discount", "read", "unreadable"),
    [
        (5, None, "data.voucher.discount"),
        (["AMOUNT"], None, "data.voucher.discount"),
        ({"type": 3}, OtherDiscount(), "data.voucher.discount.type"),
        ({"type": ["AMOUNT"]}, OtherDiscount(), "data.voucher.discount.type"),
        (
            {"type": "AMOUNT", "amount_off": "lots"},
            AmountDiscount(type=DiscountType.AMOUNT),
            "data.voucher.discount.amount_off",
        ),
        (
            {"type": "UNIT", "units": [{"unit_off": [], "unit_type": "prod_jam"}]},
            ManyUnitsDiscount(type=DiscountType.UNIT, units=(FreeUnits(unit_type="prod_jam"),)),
            "data.voucher.discount.units[0].unit_off",
        ),
        (
            {"type": "UNIT", "units": [4]},
            ManyUnitsDiscount(type=DiscountType.UNIT, units=None),
            "data.voucher.discount.units[0]",
        ),
    ],
)
def test_what_cannot_be_read_of_a_discount_is_named(
    discount: Any, read: Discount | None, unreadable: str
) -> None:
    """A discount keeps what can be read of it, and names the rest."""
    assert load(discount) == (read, (unreadable,))
