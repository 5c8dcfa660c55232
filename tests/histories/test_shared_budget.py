"""Three worker processes share one budget of calls, through refusals and outages too."""

import time
from typing import Any

import pytest

from tests.acceptance.conftest import MakeProduct, make_product
from tests.acceptance.product import Product
from tests.processes import wait_until


__all__ = ["make_product"]


@pytest.mark.long
@pytest.mark.timeout(180)
def test_three_workers_never_call_more_than_the_plan_allows(make_product: MakeProduct) -> None:
    """At 60 calls a second, 30 removals are made without one refused call."""
    product = _product(make_product, "60/second")
    _limit(product, 60, 1)

    referees = _unassign(product, 30)

    _wait(product, referees, 30)
    _assert_once(product, referees)
    _assert_kept_to(product, 60)


@pytest.mark.long
@pytest.mark.timeout(180)
def test_refusals_and_an_outage_use_up_no_tries(make_product: MakeProduct) -> None:
    """With 429 answers and seconds of silence in between, four tries are enough for each job."""
    product = _product(make_product, "60/second")
    _limit(product, 60, 1)
    pause = {"status": 429, "headers": {"Retry-After": "1"}, "skip": 40, "times": 5}
    product.faults(voucherify=pause)

    referees = _unassign(product, 25)
    _wait(product, referees, 8)
    product.faults(voucherify={"status": 503})
    time.sleep(4)
    product.faults(voucherify=None)

    _wait(product, referees, 25)
    _assert_once(product, referees)
    _assert_kept_to(product, 60)


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_500_removals_at_100_calls_a_minute(make_product: MakeProduct) -> None:
    """The smallest plan, 500 removals of 5 calls, 429 answers and an outage of five minutes."""
    product = _product(make_product, "100/minute")
    _limit(product, 100, 60)
    product.faults(
        voucherify=[{"status": 429, "headers": {"Retry-After": "20"}, "skip": 500, "times": 10}]
    )
    referees = _unassign(product, 500)
    _wait(product, referees, 100, seconds=1800)
    product.faults(voucherify={"status": 503})
    time.sleep(300)
    product.faults(voucherify=None)

    _wait(product, referees, 500, seconds=2700)
    _assert_once(product, referees)
    _assert_kept_to(product, 100)


def _product(make_product: MakeProduct, rate: str) -> Product:
    return make_product(
        "sandbox",
        "web",
        *("worker",) * 3,
        VOUCHERIFY_RATE_LIMIT=rate,
        RETRY_SCHEDULE_SECONDS="1,1,1",
        CRM_BACKEND="dry-run",
        WORKER_CONCURRENCY="8",
        # All removals are of one campaign.
        REVOCATION_BRAKE_CAMPAIGN="1000/hour",
    )


def _limit(product: Product, most: int, seconds: float) -> None:
    """Let the stand-in refuse and count what is more."""
    answer = product.http.put(
        f"{product.sandbox_url}/sandbox/limits",
        json={"per_window": most, "window_seconds": seconds},
    )
    answer.raise_for_status()


def _unassign(product: Product, number: int) -> list[dict[str, Any]]:
    referees: list[dict[str, Any]] = product.scenario(referees=number)["referees"]
    product.unassign(*(each["holder"] for each in referees))
    return referees


def _wait(
    product: Product, referees: list[dict[str, Any]], number: int, *, seconds: float = 90
) -> None:
    """Wait until so many rewards were taken back."""

    def made() -> bool:
        # Asking is work for the stand-in too.
        time.sleep(0.3)
        return sum(map(bool, _removals(product, referees))) >= number

    wait_until(made, f"{number} are made", seconds=seconds)


def _removals(product: Product, referees: list[dict[str, Any]]) -> list[int]:
    """Count the removals on each referee's card."""
    cards = product.state("cards")
    return [
        sum(
            change["type"].endswith("_REMOVAL")
            for change in cards[each["card"]["id"]]["transactions"]
        )
        for each in referees
    ]


def _assert_once(product: Product, referees: list[dict[str, Any]]) -> None:
    product.wait_until_settled()
    assert _removals(product, referees) == [1] * len(referees)
    assert product.inbox("failed") == []


def _assert_kept_to(product: Product, most: int) -> None:
    """Not one call was over the limit, by the stand-in's own count."""
    counted = product.http.get(f"{product.sandbox_url}/sandbox/limits").json()
    assert counted["over"] == 0
    assert counted["most_in_any_window"] <= most
