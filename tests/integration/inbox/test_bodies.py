import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.ids import delivery_id
from tests.engine import KEYS
from tests.integration.inbox.house import House


MIB = 1024 * 1024


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(body=st.binary(max_size=4096))
def test_any_bytes_come_back_as_they_were(house: House, body: bytes) -> None:
    """What a worker and an operator read is what was accepted, byte for byte."""
    house.store.flushall()

    claim = house.process(body)

    assert claim.body == body
    assert house.admin.body(claim.delivery) == body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"\r\n \t",
        b"\xff\xfe{}",
        b"{}" * (MIB // 2),
        os.urandom(MIB),
        random.Random(7).randbytes(1000) * 1049,
    ],
    ids=["empty", "nul", "blanks", "not utf-8", "repetitive", "random", "over a mebibyte"],
)
def test_small_and_large_bodies_come_back(house: House, body: bytes) -> None:
    """Bodies from nothing to a mebibyte come back whole, and the page reports their size."""
    claim = house.process(body)

    found = house.admin.delivery(claim.delivery)

    assert claim.body == body
    assert house.admin.body(claim.delivery) == body
    assert found is not None
    assert found.body_bytes == len(body)


def test_a_body_that_repeats_itself_is_stored_small(house: House) -> None:
    """Bodies are stored packed."""
    body = b'{"name":"value"}' * 1000

    house.intake.accept(body)

    packed = house.store.get(KEYS.delivery + delivery_id(body))
    assert isinstance(packed, bytes)
    assert len(packed) < len(body) / 10


def test_a_claim_shows_no_body(house: House) -> None:
    """A claim that ends up in a log or a traceback carries nothing personal there."""
    assert "ada.quill" not in repr(house.process(b'{"email":"ada.quill@example.test"}'))
