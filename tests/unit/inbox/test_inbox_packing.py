from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.packing import pack, unpack


@given(body=st.binary())
def test_unpacking_undoes_packing(body: bytes) -> None:
    """Any bytes come back as they were."""
    assert unpack(pack(body)) == body


def test_threads_pack_without_harming_one_another() -> None:
    """Many threads that pack and unpack at once each get their own bytes back."""
    bodies = [bytes([number % 256]) * (number * 37) for number in range(400)]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda body: unpack(pack(body)), bodies))

    assert found == bodies


@pytest.mark.parametrize("packed", [b"", b"\x00", b"\x02abc"])
def test_what_a_newer_release_packed_is_said_so(packed: bytes) -> None:
    """A body that this release cannot read is an error that says what to do."""
    with pytest.raises(ValueError, match="upgrade"):
        unpack(packed)
