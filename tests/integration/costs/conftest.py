from collections.abc import Iterator

import pytest

from tests.counting import CountingWire
from tests.engine import plain


@pytest.fixture
def wire(redis_url: str) -> Iterator[CountingWire]:
    """A wire to an empty store."""
    with CountingWire(plain(redis_url)) as wire:
        yield wire
