from collections.abc import Callable
from contextlib import suppress

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.faults.fault import (
    Fault,
    answer,
    apply_late,
    apply_then_answer,
    apply_then_drop,
    delay,
    drop,
    refuse,
)
from sandbox.inprocess import InProcess
from tests.integration.sandbox.kit import balance, take


@pytest.fixture
def card(shop: InProcess) -> str:
    """A gift card that holds 15.00."""
    return str(shop.scenario()["referees"][0]["card"]["id"])


Breaking = tuple[Callable[[], Fault], type[httpx2.TransportError], int]
BREAKS: list[Breaking] = [
    (refuse, httpx2.ConnectError, 1500),
    (drop, httpx2.RemoteProtocolError, 1500),
    (apply_then_drop, httpx2.RemoteProtocolError, 1400),
    (lambda: delay(9), httpx2.ReadTimeout, 1400),
    (lambda: apply_late(30), httpx2.ReadTimeout, 1500),
]


@pytest.mark.parametrize(("fault", "error", "left"), BREAKS)
def test_a_connection_breaks_with_or_without_an_effect(
    shop: InProcess,
    card: str,
    fault: Callable[[], Fault],
    error: type[httpx2.TransportError],
    left: int,
) -> None:
    """The caller sees an error in every case, and only the state shows what happened."""
    shop.fault(fault())
    with pytest.raises(error):
        take(shop, card)
    assert balance(shop, card) == left
    assert take(shop, card).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "left"),
    [(answer(503, Retry_After="7"), 503, 1500), (apply_then_answer(), 500, 1400)],
)
def test_an_answer_is_another(
    shop: InProcess, card: str, fault: Fault, status: int, left: int
) -> None:
    """A status comes with its headers, whether or not the call took effect."""
    shop.fault(fault)
    answered = take(shop, card)
    assert answered.status_code == status
    assert answered.headers.get("Retry-After") == fault.headers.get("Retry-After")
    assert balance(shop, card) == left


def test_a_delay_takes_no_time(shop: InProcess, card: str) -> None:
    """Only the clock moves, and only as far as the caller waits."""
    shop.fault(delay(4), times=2)
    before = shop.now()
    assert take(shop, card).status_code == 200
    assert (shop.now() - before).total_seconds() == pytest.approx(4, abs=0.01)
    with pytest.raises(httpx2.ReadTimeout):
        take(shop, card, timeout=1.5)
    assert (shop.now() - before).total_seconds() == pytest.approx(5.5, abs=0.01)


def test_a_late_call_takes_effect_when_its_time_has_come(shop: InProcess, card: str) -> None:
    """What a caller gave up on can still happen after it has searched for it."""
    shop.fault(apply_late(60))
    with pytest.raises(httpx2.ReadTimeout):
        take(shop, card)
    shop.advance(59)
    with shop.client() as client:
        assert client.get(f"/v1/vouchers/{card}").json()["gift"]["balance"] == 1500
    shop.advance(2)
    assert balance(shop, card) == 1400


def test_faults_hit_the_calls_that_are_meant(shop: InProcess, card: str) -> None:
    """Method, path, skip and times choose calls, as the stand-ins' own faults do."""
    shop.fault(answer(500), method="POST", path="*/balance", skip=1, times=2)
    with shop.client() as client:
        assert client.get(f"/v1/vouchers/{card}").status_code == 200
    assert [take(shop, card).status_code for _ in range(4)] == [200, 500, 500, 200]


def test_a_plan_decides_each_call(shop: InProcess, card: str) -> None:
    """A function of the call and its number says what goes wrong."""
    shop.plan(lambda _, number: answer(500) if number % 2 else None)
    assert [take(shop, card).status_code for _ in range(4)] == [500, 200, 500, 200]
    shop.plan(None)
    assert take(shop, card).status_code == 200


def test_a_fault_of_the_stand_ins_is_an_error_of_the_line(shop: InProcess, card: str) -> None:
    """A connection dropped by /sandbox/faults is as over a socket; its delays take no time."""
    shop.call("PUT", "/faults", {"voucherify": {"drop": True, "apply": True, "delay_seconds": 99}})
    with pytest.raises(httpx2.RemoteProtocolError):
        take(shop, card)
    assert balance(shop, card) == 1400


@settings(max_examples=200, deadline=None)
@given(
    kinds=st.lists(
        st.sampled_from([drop, refuse, apply_then_drop, apply_then_answer, Fault]), max_size=8
    )
)
def test_any_history_ends_where_its_calls_lead(
    one: InProcess, kinds: list[Callable[[], Fault]]
) -> None:
    """Hundreds of worlds in one test: the card holds what the calls that counted left on it."""
    one.reset()
    scene = one.scenario(tier={"type": "GIFT_VOUCHER", "amount": 300})
    card = scene["referees"][0]["card"]["id"]
    faults = [each() for each in kinds]
    one.plan(lambda _, number: faults[number - 1])
    for _ in faults:
        with suppress(httpx2.TransportError):
            take(one, card)
    assert balance(one, card) == 1500 - 100 * sum(each.applies for each in faults)
    assert one.state("violations") == {"violations": []}
