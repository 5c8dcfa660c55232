import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from inbox.store import packing
from inbox.store.packing import pack, unpack
from tests import samples


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


#: One body as each packing wrote it. Never to be made anew: such bodies stand in stores.
OLD = (
    b'{"type":"customer.holder.assignment.deleted",'
    b'"data":{"holder":{"object":"redeemable_holder","holder_role":"REFEREE"}}}'
)
PACKED = {
    1: "0128b52ffd2076ed02002206141880b76d1435a41ddb7622c648b11b5610ceb00d02b82173466b2d"
    "df1507b8c2e6eb4106615c0f347f1ed9bcc809c7b1325b9971314d38bfd767d9e426090c52c2829e"
    "7a0405dd9c4d06c4e6170e6b150310052a0b421e76863d",
    2: "022076ed0000187d7d7d097c009cf841f20b3e6279b4be4a38888218be9e1292eb6dcb",
}
#: The dictionaries that were ever released, by what is in them.
DIGESTS = {
    "2": "9fb75615eda424ca961fabeb1e28b4b7fe360bc751d06048d8932150bd72dde3",
    "record-1": "50e5caae9189af05d5d4985d0f72c1cf9962a6c60fb070778073871b7f559b02",
}


def test_no_released_dictionary_changes() -> None:
    """A byte more or less in one of them makes the bodies packed by it unreadable."""
    shipped = Path(packing.__file__).parent / "dictionaries"

    found = {
        file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in shipped.glob("*.dict")
    }

    assert found == DIGESTS
    assert f"{packing.NEWEST}.dict" in {file.name for file in shipped.iterdir()}


@pytest.mark.parametrize("number", PACKED)
def test_bodies_of_every_release_are_read(number: int) -> None:
    """As they were written then, byte for byte."""
    packed = bytes.fromhex(PACKED[number])

    assert packed[0] == number
    assert unpack(packed) == OLD


def test_a_webhook_is_packed_small() -> None:
    """By the dictionary it takes half of what zstandard alone makes of it, and less."""
    for number in range(5):
        body = samples.body(samples.assignment_deleted(number))
        alone = len(zstandard.ZstdCompressor(level=1).compress(body))

        assert len(pack(body)) < alone / 2 < len(body) / 4


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        json.dumps({f"feld{n}": n * 0.618033988 % 1 for n in range(60)}).encode(),
        Path(__file__).read_bytes(),
        Random(1).randbytes(2_500),
        Random(1).randbytes(65_536),
        Random(1).randbytes(1 << 20),
    ],
    ids=["empty", "short", "numbers", "code", "random", "random 64 KiB", "random 1 MiB"],
)
def test_what_the_dictionary_does_not_know_is_packed_as_without_it(body: bytes) -> None:
    """A body of any other shape comes back, and takes no more room than by zstandard alone."""
    packed = pack(body)

    assert unpack(packed) == body
    assert len(packed) <= len(zstandard.ZstdCompressor(level=1).compress(body)) + 1


@pytest.mark.parametrize("packed", [b"", b"\x00", b"\x03abc"])
def test_what_a_newer_release_packed_is_said_so(packed: bytes) -> None:
    """A body that this release cannot read is an error that says what to do."""
    with pytest.raises(ValueError, match="upgrade"):
        unpack(packed)
