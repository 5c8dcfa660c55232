"""Faults of data: what the API shows or answers although no document promises it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sandbox.voucherify.data.event_types import UNASSIGNED
from sandbox.voucherify.data.records import Activity


#: The fields of an assignment that can be null, though the schema requires them.
NULLABLE = {
    *("customer_id", "holder_role", "campaign_type", "campaign_id", "voucher_type"),
    *("redeemable_id", "redeemable_object", "created_at", "metadata"),
}

#: How a redemption's next rollback can fail; with `_applied` it happens all the same.
ROLLBACKS = (
    *("multiple_requests", "multiple_requests_applied", "failure", "failure_applied"),
    "invalid_redemption",
)

#: Types that no published list has, with data that no published schema has.
_UNKNOWN: tuple[tuple[str, Any], ...] = (
    ("customer.holder.assignment.paused", {"holder": {"id": None}}),
    ("customer.reached.the.moon", None),
    ("holder", {"data": [1, 2]}),
    ("customer.holder.assignment.deleted.again", {"holder": "not an object"}),
)


def with_strays(happened: list[Activity], number: int) -> Iterator[Activity]:
    """
    Put so many stray events after each real one, the same ones in the same places at every call.

    Every second stray event is the removal of an assignment to another campaign's code. The
    filters let all of them through: no document promises what they keep out.
    """
    removal = next((each.data for each in happened if "holder" in each.data), None)
    for place, each in enumerate(happened):
        yield each
        for count in range(number):
            kind, data = _UNKNOWN[(place + count) % len(_UNKNOWN)]
            if count % 2 and removal is not None:
                kind, data = UNASSIGNED, _elsewhere(removal, each.id, count)
            yield replace(each, id=f"{each.id}{count:02x}", type=kind, data=data, is_stray=True)


def _elsewhere(data: dict[str, Any], event_id: str, number: int) -> dict[str, Any]:
    name = f"elsewhere{event_id.removeprefix('evcus_')}{number:02x}"
    campaign, voucher = f"camp_{name}", f"v_{name}"
    return {
        **data,
        "holder": {
            **data["holder"],
            "id": f"rh_{name}",
            "redeemable_id": voucher,
            "campaign_id": campaign,
        },
        "voucher": {**data["voucher"], "id": voucher, "code": name, "campaign_id": campaign},
        "campaign": {**data["campaign"], "id": campaign, "name": "Another campaign"},
    }
