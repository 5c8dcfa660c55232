"""The time from received to completed is counted by the step that completes."""

from math import inf

import pytest

from inbox.admin.fleet import Fleet
from inbox.admin.fleet_views import DelayView
from inbox.store.scripts import DELAY_BUCKETS
from tests.engine import KEYS
from tests.integration.inbox.house import WHO, House


def _delay(house: House) -> DelayView:
    return Fleet(house.store).read().delay


def _received(house: House, delivery: str, seconds_ago: float) -> None:
    key = KEYS.delivery + delivery
    received = int(house.store.hget(key, "received"))
    house.store.hset(key, "received", int(received - seconds_ago * 1000))


@pytest.mark.parametrize("seconds", [0, 7, 59, 3_599, 200_000])
def test_a_completed_delivery_is_in_the_bucket_of_its_age(house: House, seconds: float) -> None:
    """It counts in every bucket from its own on, and with its age in the sum."""
    claim = house.process()
    _received(house, claim.delivery, seconds)
    house.jobs.fan_out(claim, [], outcome="nothing to do")

    delay = _delay(house)

    # On a busy machine it may have grown older than it was made.
    received, completed = house.store.hmget(KEYS.delivery + claim.delivery, "received", "settled")
    age = (int(completed) - int(received)) / 1000
    assert seconds <= age < seconds + 60
    assert dict(delay.buckets) == {
        each: int(each >= age) for each in (*map(float, DELAY_BUCKETS), inf)
    }
    assert delay.sum_seconds == pytest.approx(age)


def test_a_delivery_counts_once_with_its_last_job(house: House) -> None:
    """Neither the first of its jobs counts nor a failed one, until an operator ends it."""
    delivery = house.handlers()
    house.jobs.done(house.claim(f"{delivery}:notify_crm"), "done")
    last = house.claim(f"{delivery}:revoke_referral_perks")
    house.jobs.fail(last, "no_such", "an error")
    assert _delay(house).buckets[-1] == (inf, 0)

    house.admin.discard(last.job, who=WHO, why="seen")

    assert _delay(house).buckets[-1] == (inf, 1)


def test_a_clock_that_was_set_back_makes_no_negative_delay(house: House) -> None:
    """What was received in the future took no time."""
    claim = house.process()
    _received(house, claim.delivery, -500)
    house.jobs.fan_out(claim, [], outcome="nothing to do")

    assert _delay(house).buckets[0] == (0.1, 1)
    assert _delay(house).sum_seconds == 0
